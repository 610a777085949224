import { afterEach, beforeEach, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type ScratchWorld } from './cli-fixture.ts'
import { type InstalledSpec, installByHand } from './installed-fixture.ts'

/** Questions about what is installed and what recipes say, answered by the executable. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const installed = (name: string, spec: InstalledSpec = {}): void => installByHand(world.root, name, spec)
const lines = (text: string): string[] => text.split('\n').slice(0, -1)

async function answer(...argv: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await world.runWith({ env: { LANG: 'C.UTF-8' } }, ...argv)
  expect([stderr, status]).toEqual(['', 0])
  return lines(stdout)
}

function installSome(): void {
  installed('zlib')
  installed('openssl', { depends: 'zlib make\n', version: '3.2 2' })
  installed('curl', { depends: 'openssl\nzlib\n' })
  installed('git', { depends: 'curl\nzlib\nmissing\n' })
}

test('kith why tells the chains of what is installed, and with --repo those of the recipes', async () => {
  installSome()
  world.recipe('zlib')
  world.recipe('pigz', { depends: 'zlib\n' })

  expect(await answer('why', 'zlib')).toEqual([
    'git -> zlib',
    'git -> curl -> zlib',
    'git -> curl -> openssl -> zlib (make)',
  ])
  expect(await answer('why', '--repo', 'zlib')).toContain('pigz -> zlib')
  const { status, stdout, stderr } = await world.run('why', 'git')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('git is installed, and nothing that is installed needs it')
  const [item] = await answer('why', '--json', 'openssl')
  expect(JSON.parse(item ?? '')).toMatchObject({ kind: 'chain', name: 'openssl', of: 'installed' })
})

test('kith tree folds what stands above, and turns round with --reverse', async () => {
  installSome()

  expect(await answer('tree')).toEqual([
    'git 1.0-1',
    '├── curl 1.0-1',
    '│   ├── openssl 3.2-2',
    '│   └── zlib 1.0-1',
    '├── zlib 1.0-1',
    '└── missing (missing)',
  ])
  expect(await answer('tree', '--reverse', '--make', 'zlib')).toEqual([
    'zlib 1.0-1',
    '├── curl 1.0-1',
    '│   └── git 1.0-1',
    '├── git 1.0-1',
    '└── openssl 3.2-2 (make)',
    '    └── curl 1.0-1 (*)',
  ])
  expect((await world.runWith({ env: { LC_ALL: 'C' } }, 'tree', 'curl')).stdout).toContain('|-- openssl')
})

test('kith files lists what a package put into the root, and nothing else', async () => {
  installed('curl', { files: { '/usr/share/z': '', '/usr/bin/curl': '' }, entry: { build: '' } })

  expect(await answer('files', 'curl')).toEqual(['/usr/bin/curl', '/usr/share/z'])
})

test('kith info tells what recipe and database say, also of what is only in one of them', async () => {
  installSome()
  const recipe = world.recipe('curl', {
    version: '9.0 1\n',
    depends: 'openssl\ncmake make\n',
    sources: 'https://user:secret@example.org/curl.tar.xz\nhttps://example.org/b.tar.gz sub\n',
    checksums: 'SKIP\nSKIP\n',
    'README.md': '# curl\n\nTransfers data\nby URL.\n',
  })

  expect(await answer('info', 'curl')).toEqual([
    'name         curl',
    'description  Transfers data by URL.',
    'version      9.0-1',
    `recipe       ${recipe}`,
    expect.stringMatching(/^installed {4}1\.0-1, \d+KB in 3 files$/),
    'depends      openssl',
    'to build     cmake',
    'needed by    git',
    'sources      https://***@example.org/curl.tar.xz',
    '             https://example.org/b.tar.gz',
  ])
  expect(await answer('info', 'zlib')).toContain('needed by  curl git')
  world.recipe('broken', { version: undefined })
  expect((await answer('info', 'broken')).join('\n')).toContain('(cannot be built: kith lint broken)')
  expect((await world.run('info', 'nothing')).stderr).toContain('Cannot find package "nothing"')
})

test('kith why-not tells everything that stands in the way, with file, line and the way to it', async () => {
  const top = world.recipe('top', { depends: '# what it needs\nmiddle\ncircle make\n' })
  const middle = world.recipe('middle', { depends: 'zlb\n' })
  world.recipe('zlib', { version: undefined })
  const circle = world.recipe('circle', { depends: 'zlib\ncircle-too\n' })
  const back = world.recipe('circle-too', { depends: 'circle\n' })
  world.recipe('unverified', { sources: 'https://example.org/x.tar.gz\n' })
  const { status, stdout, stderr } = await world.run('why-not', 'top')

  expect([status, stderr]).toEqual([1, ''])
  expect(stdout).toBe(
    [
      `${middle}/depends:1: error: "zlb" is in no repository, and not installed`,
      '    Did you mean zlib?',
      '    top -> middle -> zlb',
      `${world.repository}/zlib/version: error: the version file is missing`,
      '    Write version and release in one line, for example: 1.0 1',
      '    top -> circle -> zlib',
      `${circle}/depends:2: error: circular dependency circle -> circle-too -> circle`,
      '    Remove one of these dependencies',
      '    top -> circle',
      '',
    ].join('\n'),
  )
  expect(top).toBe(`${world.repository}/top`)
  expect(back).toBe(`${world.repository}/circle-too`)
  expect((await world.run('why-not', 'unverified')).stdout).toContain(
    '/checksums: warning: the checksums file is missing',
  )
  expect((await world.run('why-not', 'midle')).stderr).toContain('Did you mean middle?')
})

test('kith why-not has nothing to say against what can be built, and does not look behind what is installed', async () => {
  installed('zlib')
  world.recipe('zlib', { depends: 'nowhere\n' })
  world.recipe('make', {})
  world.recipe('pigz', { depends: 'zlib\nmake make\n' })

  expect(await answer('why-not', 'pigz')).toEqual(['pigz: nothing; it can be built, with 1 that it needs: make'])
  expect((await world.run('why-not', 'zlib')).status).toBe(1)
})

test('kith search looks into READMEs only as a hint, unless it is told to', async () => {
  const zlib = world.recipe('zlib', { 'README.md': '# zlib\n\nCompression, and\nnothing else.\n' })
  world.recipe('pigz', { README: 'Parallel compression.\n' })
  const { status, stdout, stderr } = await world.run('search', 'compression')

  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('The description of pigz, zlib has the word: kith search --description compression')
  expect(await answer('search', '--description', 'COMPRESSION')).toEqual([
    `${world.repository}/pigz/README:1: Parallel compression.`,
    `${zlib}/README.md:3: Compression, and`,
  ])
  expect((await world.run('search', '--description', 'nothing at all')).status).toBe(1)
  expect((await world.run('search', 'compress*')).stderr).not.toContain('description')
})

test('kith search --file finds installed files by name or path', async () => {
  installed('zlib', { files: { '/usr/lib/libz.so': '', '/usr/include/zlib.h': '' } })
  installed('other', { files: { '/usr/lib/libother.so': '' } })

  expect(await answer('search', '--file', 'libz.so', '/usr/*/*.h')).toEqual([
    'zlib /usr/lib/libz.so',
    'zlib /usr/include/zlib.h',
  ])
  expect(await answer('search', '--file', '*.so')).toEqual(['other /usr/lib/libother.so', 'zlib /usr/lib/libz.so'])
  expect((await world.run('search', '--file', 'nothing')).stderr).toContain(
    'it is in the manifest of no installed package',
  )
})

test('kith graph prints what is asked for in each form', async () => {
  installSome()
  const dot = await answer('graph', 'curl')

  expect(dot).toEqual([
    'digraph packages {',
    '  node [shape=box];',
    '  "curl";',
    '  "curl" -> "openssl";',
    '  "curl" -> "zlib";',
    '  "openssl";',
    '  "openssl" -> "zlib" [style=dashed];',
    '  "zlib";',
    '}',
  ])
  expect((await answer('graph', '--svg')).join('\n')).toMatch(/^<svg [\s\S]*<\/svg>$/)
  expect((await answer('graph', '--json')).map((line) => JSON.parse(line).name)).toEqual([
    'curl',
    'git',
    'openssl',
    'zlib',
  ])
  expect((await world.run('graph', '--svg', '--html')).status).toBe(1)
})

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => Bun.which(name)).find(Boolean)

test.skipIf(!chromium)(
  'kith graph --html is a page that a browser shows, with what is needed and what needs it (skipped without chromium)',
  async () => {
    installSome()
    const page = join(world.directory, 'page.html')
    writeFileSync(page, (await answer('graph', '--html')).join('\n'))
    const show = (name: string): string => {
      const options = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${world.directory}/profile`,
        '--dump-dom',
      ]
      const child = Bun.spawnSync([chromium ?? '', ...options, `file://${page}#${name}`], { stderr: 'ignore' })
      return child.stdout.toString()
    }
    const dom = show('curl')

    expect(dom).toContain('<h2>curl<small>1.0-1</small></h2>')
    expect(dom).toMatch(/<ul id="list">(<li>.*?<\/li>){4}<\/ul>/s)
    const [, needs = '', needed = ''] =
      dom.match(/<section><h3>Needs 2(.*?)<section><h3>Needed by 1(.*?)<\/section>/s) ?? []
    expect([needs.includes('>openssl<'), needs.includes('>zlib<'), needed.includes('>git<')]).toEqual([
      true,
      true,
      true,
    ])
    expect(show('git')).toContain('in no repository')
  },
)
