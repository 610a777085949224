import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, listTree, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

/** `kith new` with sources from a server of this machine; what it writes is checked, and built where that can be. */

const hasCompiler = Bun.which('cc') !== null && Bun.which('make') !== null
const sandboxed = test.skipIf(!isRoot)
const building = test.skipIf(!isRoot || !hasCompiler)
const title = (text: string): string => `${text} (skipped without root, cc or make)`

let world: ScratchWorld
let server: ReturnType<typeof Bun.serve>
beforeEach(() => {
  world = openWorld()
  mkdirSync(join(world.directory, 'www'))
  server = Bun.serve({
    port: 0,
    fetch: ({ url }) => {
      const file = join(world.directory, 'www', new URL(url).pathname)
      return existsSync(file) ? new Response(Bun.file(file)) : new Response('', { status: 404 })
    },
  })
})
afterEach(() => {
  server.stop(true)
  world[Symbol.dispose]()
})

/** Packs files below `name/` into an archive that the server has; gives its address. */
function upstream(name: string, files: Readonly<Record<string, string>>, archive = `${name}.tar.gz`): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(world.directory, name, file, '..'), { recursive: true })
    writeFileSync(join(world.directory, name, file), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
  }
  mkdirSync(join(world.directory, 'www', archive, '..'), { recursive: true })
  sh(`tar -czf www/${archive} ${name} && rm -r ${name}`, world.directory)
  return `${server.url}${archive}`
}

const mainFile = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
const configure = `#!/bin/sh -e
prefix=/usr/local
for option; do case $option in --prefix=*) prefix=\${option#*=} ;; esac; done
sed "s|@prefix@|$prefix|" Makefile.in >Makefile
`
const makefileIn =
  'prefix = @prefix@\nhello: hello.c\n\t$(CC) -o hello hello.c\n\ninstall: hello\n\tinstall -Dm755 hello $(DESTDIR)$(prefix)/bin/hello\n'

const inRepository = (...words: readonly string[]): Promise<Run> =>
  world.runWith({ cwd: world.repository }, 'new', ...words)
const written = (name: string, file: string): string => readFileSync(join(world.repository, name, file), 'utf8')

/** What lint says about it besides that the server of the test has no TLS. */
async function lint(name: string): Promise<string> {
  const { status, stdout } = await world.run('lint', name)
  expect(status).toBe(0)
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !/without encryption|use https/.test(line))
    .join('\n')
}

building(title('kith new URL writes a recipe that lint accepts and that builds and installs as it is'), async () => {
  const url = upstream('hello-1.4', { configure, 'Makefile.in': makefileIn, 'hello.c': mainFile, README: 'Hello.\n' })
  const { status, stdout, stderr } = await inRepository(url)

  expect([status, stderr]).toEqual([0, expect.stringContaining('looks as if it is built with configure')])
  expect(stdout).toBe(`=> Package hello created in ${world.repository}/hello: build checksums sources version\n`)
  expect(written('hello', 'version')).toBe('1.4 1\n')
  expect(written('hello', 'sources')).toBe(`${url}\n`)
  expect(written('hello', 'checksums')).toMatch(/^[0-9a-f]{66}\n$/)
  expect(await lint('hello')).toBe('')
  const built = await world.runWith({ env: { KISS_PROMPT: '1' } }, 'build', 'hello')
  expect([built.status, built.stderr]).toEqual([0, expect.not.stringContaining('ERROR')])
  expect(sh('usr/bin/hello', world.root)).toBe('hello\n')
  expect(world.leftovers()).toEqual([])
})

building(
  title('kith new URL writes for a plain Makefile what it understands, under the name that is given'),
  async () => {
    const makefile =
      'PREFIX = /usr/local\nhello: hello.c\n\ninstall: hello\n\tinstall -Dm755 hello $(DESTDIR)$(PREFIX)/bin/hello\n'
    const url = upstream('tool-2.0', { Makefile: makefile, 'hello.c': mainFile }, 'o/tool/archive/v2.0.tar.gz')

    expect((await inRepository(url, 'mytool')).status).toBe(0)
    expect(written('mytool', 'version')).toBe('2.0 1\n')
    expect(await lint('mytool')).toBe('')
    expect((await world.runWith({ env: { KISS_PROMPT: '1' } }, 'build', 'mytool')).status).toBe(0)
    expect(listTree(join(world.root, 'usr/bin'))).toEqual(['hello'])
  },
)

sandboxed(
  'kith new URL guesses what other build systems need, and takes libraries that recipes are known of (skipped without root)',
  async () => {
    world.recipe('zlib')
    world.recipe('pkgconf')
    const meson = "project('m', 'c')\ndependency('zlib')\ndependency('unheard-of')\n"
    const run = await inRepository(upstream('m-0.9', { 'meson.build': meson }), 'm')

    expect(run.stderr).toContain('no recipe is known to have: unheard-of')
    expect(written('m', 'depends')).toBe('meson make\npkgconf make\nzlib\n')
    const systems: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      cmake: { 'CMakeLists.txt': '' },
      cargo: { 'Cargo.toml': '', 'Cargo.lock': '' },
      go: { 'go.mod': 'module x\n', 'main.go': '' },
      python: { 'pyproject.toml': '[build-system]\nrequires = ["setuptools"]\n' },
      unknown: { README: '' },
    }
    for (const [system, files] of Object.entries(systems)) {
      const { status, stdout } = await inRepository(upstream(`${system}-1.0`, files), `of-${system}`, '--json')
      const items = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect([status, items.at(-1)]).toMatchObject([0, { kind: 'recipe-created', version: '1.0', system }])
      expect(await lint(`of-${system}`)).toBe('')
    }
  },
)

sandboxed(
  'kith new URL does not follow a link that an archive has for a build file (skipped without root)',
  async () => {
    const secret = join(world.directory, 'secret')
    writeFileSync(secret, "dependency('zlib')\n")
    world.recipe('zlib')
    mkdirSync(join(world.directory, 'trap-1.0'))
    symlinkSync(secret, join(world.directory, 'trap-1.0/meson.build'))
    expect((await inRepository(upstream('trap-1.0', {}))).status).toBe(0)

    expect(written('trap', 'depends')).toBe('meson make\n')
  },
)

test('kith new writes nothing where there is something, where nothing can be fetched, or nobody knows the version', async () => {
  world.recipe('taken')
  const failing = [
    [await inRepository(`${server.url}taken-1.0.tar.gz`), 'is there already'],
    [await inRepository(`${server.url}gone-1.0.tar.gz`), '404'],
    [await inRepository(`${server.url}nameless.tar.gz`), 'kith new NAME VERSION SOURCE'],
    [await inRepository('../escape', '1.0'), 'a package name'],
  ] as const
  for (const [{ status, stderr }, says] of failing) expect([status, stderr]).toEqual([1, expect.stringContaining(says)])
  expect(readdirSync(world.repository)).toEqual(['taken'])
  expect(world.leftovers()).toEqual([])
})

test('kith new NAME VERSION SOURCE writes the files as kiss-new does', async () => {
  const { stdout } = await inRepository('blank', '1.2 3', 'https://example.org/blank-1.2.tar.gz')

  expect(stdout).toContain(`=> Package blank created in ${world.repository}/blank`)
  const files = ['build', 'sources', 'version'].map((file) => written('blank', file))
  expect(files).toEqual(['#!/bin/sh -e\n', 'https://example.org/blank-1.2.tar.gz\n', '1.2 1\n'])
  expect((await world.run('lint', 'blank')).status).toBe(0)
})

sandboxed(
  'kith new URL does it with the source of a package that everybody has (skipped without root, and where it cannot be fetched)',
  async () => {
    const examples = join(import.meta.dir, '..', 'examples', 'repo')
    const fetched = await world.runWith({ env: { KISS_PATH: examples, KITH_MIRRORS: 'first apt' } }, 'download', 'dash')
    if (fetched.status !== 0) return
    const [archive = ''] = readdirSync(join(world.cache, 'sources/dash'))
    sh(`cp ${world.cache}/sources/dash/${archive} www/`, world.directory)
    const { status, stderr } = await inRepository(`${server.url}${archive}`)

    expect([status, stderr]).toEqual([0, expect.stringContaining('looks as if it is built with')])
    expect(written('dash', 'checksums')).toBe(readFileSync(join(examples, 'dash/checksums'), 'utf8'))
    expect(await lint('dash')).toBe('')
  },
)
