import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { signText } from '../src/build/signing-key.ts'
import { parseSecretKey } from '../src/model/minisign.ts'
import { sandboxed, title } from './build-fixture.ts'
import { isRoot, listTree, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'
import { s3Credentials, serveS3 } from './s3-fixture.ts'

/** Where everything was built and published once; each test has a copy. */
let template: ScratchWorld
let world: ScratchWorld
let published: string
let key: string

beforeAll(async () => {
  template = openWorld()
  if (!isRoot) return
  const install = (text: string): string =>
    `#!/bin/sh -e\nmkdir -p "$1/usr/share"\n${text} >"$1/usr/share/$(basename "$PWD")"\n`
  template.recipe('lib', { build: install('echo lib') })
  template.recipe('tool', { build: install('echo tool') })
  template.recipe('app', { build: install('cat /usr/share/lib'), depends: 'lib\ntool make\n' })
  const file = join(template.directory, 'key')
  await template.run('build', 'app')
  await template.run('publish', '--new-key', file)
  await template.runWith({ env: { KITH_SIGNING_KEY: file } }, 'publish', join(template.directory, 'published'))
})
afterAll(() => template[Symbol.dispose]())

beforeEach(() => {
  world = openWorld()
  published = join(world.directory, 'published')
  key = join(world.directory, 'key')
  if (isRoot) sh(`cp -a '${template.directory}'/* .`, world.directory)
})
afterEach(() => world[Symbol.dispose]())

async function well(options: Parameters<ScratchWorld['runWith']>[0], ...argv: readonly string[]): Promise<Run> {
  const run = await world.runWith(options, ...argv)
  expect([run.status, run.stderr]).toEqual([0, expect.any(String)])
  return run
}

const publish = (...names: readonly string[]): Promise<Run> =>
  well({ env: { KITH_SIGNING_KEY: key } }, 'publish', published, ...names)

/** A machine that has built nothing yet: what happens there with `kith build app`. */
async function buildElsewhere(
  substituter = published,
  env: Readonly<Record<string, string>> = {},
  ...options: readonly string[]
): Promise<{ readonly marks: readonly string[]; readonly warnings: string; readonly cache: string }> {
  const caches = join(world.directory, 'elsewhere')
  const own = { XDG_CACHE_HOME: caches, KITH_SUBSTITUTERS: substituter, KITH_TRUSTED_KEYS: `${key}.pub`, ...env }
  const run = await well({ env: own }, 'build', '--json', '--jobs', '1', ...options, 'app')
  const events = run.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  const kinds: Readonly<Record<string, string>> = { 'fetch-finished': '<', 'build-finished': '+', 'build-skipped': '=' }
  const marks = events.flatMap((event) => (event.kind in kinds ? [`${kinds[event.kind]}${event.package}`] : []))
  // What would be done, where nothing is.
  if (options.includes('--dry-run'))
    for (const { kind, steps, fetched } of events)
      if (kind === 'plan-made')
        marks.push(...[...steps].map((one) => `+${one.package}`), ...[...fetched].map((one) => `<${one.package}`))
  const warnings = events.filter(({ kind, level }) => kind === 'notice' && level === 'warning').map(({ text }) => text)
  return { marks: marks.sort(), warnings: warnings.join('\n'), cache: join(caches, 'kiss') }
}

const forget = (): void => rmSync(join(world.directory, 'elsewhere'), { recursive: true, force: true })
const indexPath = (): string => join(published, 'index')
const everythingBuilt = ['+app', '+lib', '+tool']

/** Signs an index that somebody with the key wrote by hand. */
function signIndex(text: string): void {
  const secret = parseSecretKey(readFileSync(key, 'utf8'))
  if (secret === undefined || secret === 'locked') throw new Error('no key')
  writeFileSync(indexPath(), text)
  writeFileSync(`${indexPath()}.minisig`, signText(text, 'index', secret))
}

describe('kith publish', () => {
  sandboxed(title('writes a line for each artifact, and a signature that minisign and signify know'), async () => {
    const lines = readFileSync(indexPath(), 'utf8').split('\n')

    expect(lines.slice(0, 2)).toEqual(['kith-index 1', 'serial 1'])
    expect(lines.slice(2, 5).map((line) => line.split(' ')[0])).toEqual([
      'app@1.0-1.tar.zst',
      'lib@1.0-1.tar.zst',
      'tool@1.0-1.tar.zst',
    ])
    expect(statSync(key).mode & 0o777).toBe(0o600)
    if (Bun.which('minisign') !== null) sh(`minisign -V -p ${key}.pub -m index`, published)
    if (Bun.which('signify-openbsd') !== null)
      sh(`signify-openbsd -V -p ${key}.pub -m index -x index.minisig`, published)
  })

  sandboxed(
    title('adds what is named with what it needs to run, and counts up only where something is new'),
    async () => {
      rmSync(published, { recursive: true })
      expect((await publish('app')).stdout).toBe('app@1.0-1.tar.zst\nlib@1.0-1.tar.zst\n')
      expect((await publish('app')).stdout).toBe('')
      expect((await publish()).stdout).toBe('tool@1.0-1.tar.zst\n')
      expect(readFileSync(indexPath(), 'utf8')).toContain('\nserial 2\n')
    },
  )

  sandboxed(title('refuses keys that others may read, foreign indexes and artifacts of other tools'), async () => {
    const refusal = async (...argv: readonly string[]): Promise<string> => {
      const run = await world.runWith({ env: { KITH_SIGNING_KEY: key } }, ...argv)
      expect(run.status).toBe(1)
      return run.stderr
    }
    expect(await refusal('publish', '--new-key', key)).toContain('it is there already')
    chmodSync(key, 0o644)
    expect(await refusal('publish', published)).toContain('others may read it: chmod 600')
    chmodSync(key, 0o600)
    rmSync(join(world.cache, 'bin/app@1.0-1.tar.zst.key'))
    expect(await refusal('publish', published, 'app')).toContain('kith build --rebuild app')
    appendFileSync(indexPath(), 'more\n')
    expect(await refusal('publish', published)).toContain('is not of this key: its signature does not fit')
  })
})

describe('a substituter', () => {
  sandboxed(
    title('has the artifacts fetched that are needed to run, and nothing built; they are known then'),
    async () => {
      const { marks, cache } = await buildElsewhere()

      expect(marks).toEqual(['<app', '<lib'])
      for (const name of ['app', 'lib']) {
        const file = `bin/${name}@1.0-1.tar.zst`
        expect(readFileSync(join(cache, file))).toEqual(readFileSync(join(world.cache, file)))
      }
      expect((await buildElsewhere('')).marks).toEqual([])
      expect((await well({ env: { XDG_CACHE_HOME: dirname(cache) } }, 'install', 'app')).status).toBe(0)
      expect(readFileSync(join(world.root, 'usr/share/app'), 'utf8')).toBe('lib\n')
    },
  )

  sandboxed(title('has what is needed to build fetched too where something must be built'), async () => {
    appendFileSync(join(world.repository, 'app/build'), '# a comment\n')

    expect((await buildElsewhere()).marks).toEqual(['+app', '<lib', '<tool'])
  })

  sandboxed(title('gives what only its key tells is the same: after a build here'), async () => {
    appendFileSync(join(world.repository, 'lib/build'), '# a comment\n')

    expect((await buildElsewhere()).marks).toEqual(['+lib', '<app', '<tool', '=app'])
  })

  sandboxed(title('can be an http server'), async () => {
    using server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: ({ url }) => new Response(Bun.file(join(published, decodeURIComponent(new URL(url).pathname)))),
    })

    expect((await buildElsewhere(`http://127.0.0.1:${server.port}`)).marks).toEqual(['<app', '<lib'])
  })

  sandboxed(title('can be a bucket of S3, whose server sees a good signature'), async () => {
    using server = serveS3(published, { bucket: 'builds', prefix: 'x86 64/kith' })
    const address = `s3://builds/x86%2064/kith?endpoint=${server.endpoint}&region=eu-central-1`

    expect((await buildElsewhere(address, s3Credentials)).marks).toEqual(['<app', '<lib'])
    expect(server.requests.filter((one) => one.endsWith('!'))).toEqual([])
    expect(server.requests.sort().map((one) => one.replace(/[0-9a-f]{64}/, 'KEY'))).toEqual([
      'GET builds/x86 64/kith/artifacts/KEY/app@1.0-1.tar.zst',
      'GET builds/x86 64/kith/artifacts/KEY/lib@1.0-1.tar.zst',
      'GET builds/x86 64/kith/index',
      'GET builds/x86 64/kith/index.minisig',
    ])
    forget()
    const wrong = { ...s3Credentials, AWS_SECRET_ACCESS_KEY: 'other' }
    const refused = await buildElsewhere(address, wrong, '--dry-run')
    expect(refused.marks).toEqual(everythingBuilt)
    expect(refused.warnings).toContain('HTTP 403')
    expect(refused.warnings).not.toContain('X-Amz')
  })

  sandboxed(title('that fails is told, and the next one is asked; then it is built'), async () => {
    const partly = join(world.directory, 'partly')
    cpSync(published, partly, { recursive: true })
    sh('for f in artifacts/*/lib*; do printf x | dd of="$f" bs=1 seek=20 conv=notrunc status=none; done', partly)
    sh('rm artifacts/*/app*', partly)
    const { marks, warnings } = await buildElsewhere(`/does/not/exist ${partly} ${published}`)

    expect(marks).toEqual(['<app', '<lib'])
    expect(warnings).toContain('nothing is taken from /does/not/exist: its index is not signed: it is not there')
    expect(warnings).toContain(`lib@1.0-1.tar.zst is not taken from ${partly}: its hash is`)
    expect(warnings).toContain(`app@1.0-1.tar.zst is not taken from ${partly}: it is not there`)
    forget()
    expect((await buildElsewhere(partly)).marks).toEqual(['+lib', '<tool', '+app'].sort())
  })
})

describe('an index that is not to be trusted', () => {
  /** All is built, and the reason is told. */
  const expectRefused = async (reason: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    forget()
    const { marks, warnings } = await buildElsewhere(published, env, '--dry-run')
    expect(marks).toEqual(everythingBuilt)
    expect(warnings).toContain(reason)
  }

  sandboxed(title('unsigned, of another key, changed, of nobody who is trusted'), async () => {
    await expectRefused('no key is trusted (KITH_TRUSTED_KEYS)', { KITH_TRUSTED_KEYS: '' })
    await well({}, 'publish', '--new-key', join(world.directory, 'other'))
    await expectRefused('which is not trusted', { KITH_TRUSTED_KEYS: join(world.directory, 'other.pub') })
    const good = readFileSync(indexPath(), 'utf8')
    writeFileSync(indexPath(), good.replace(/ 3\d\d /, ' 999 '))
    await expectRefused('its signature does not fit')
    writeFileSync(indexPath(), good)
    rmSync(`${indexPath()}.minisig`)
    await expectRefused('its index is not signed')
  })

  sandboxed(title('an old one, shown again to whoever has seen a newer one'), async () => {
    const [old, oldSignature] = [readFileSync(indexPath()), readFileSync(`${indexPath()}.minisig`)]
    appendFileSync(join(world.repository, 'lib/build'), '# a comment\n')
    await well({}, 'build', 'app')
    await publish()
    expect((await buildElsewhere()).marks).toEqual(['<app', '<lib'])
    writeFileSync(indexPath(), old)
    writeFileSync(`${indexPath()}.minisig`, oldSignature)
    for (const place of ['bin', 'kith/by-key']) sh('rm -r *', join(world.directory, 'elsewhere/kiss', place))
    const { marks, warnings } = await buildElsewhere(published, {}, '--dry-run')

    expect(marks).toEqual(everythingBuilt)
    expect(warnings).toContain('its index is an old one: number 1, where 2 was seen before')
  })

  sandboxed(
    title('signed by a key that was stolen: no name leads out, nothing else is taken for what was asked'),
    async () => {
      const good = readFileSync(indexPath(), 'utf8')
      const outside = join(world.directory, 'outside')
      mkdirSync(outside)
      for (const [name, text] of [
        ['a path for a name', good.replace('app@1.0-1.tar.zst', '../../../outside/app@1.0-1.tar.zst')],
        ['a path for a key', good.replace(/^(app@\S+) \S+/m, '$1 ../../../../outside')],
        ['another package', good.replace(/^app@/m, 'apq@')],
        ['no size', good.replace(/ 3\d\d /, ' -1 ')],
        ['cut off', good.trimEnd()],
      ] as const) {
        signIndex(text)
        forget()
        const { marks } = await buildElsewhere(published, {}, '--dry-run')
        expect([name, marks.includes('+app'), listTree(outside)]).toEqual([name, true, []])
      }
    },
  )

  sandboxed(title('endless: it is given up before it fills the disk'), async () => {
    let sent = 0
    using server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch() {
        const pull = (controller: ReadableStreamDefaultController): void => {
          sent += 1 << 16
          controller.enqueue(new Uint8Array(1 << 16))
        }
        return new Response(new ReadableStream({ pull }))
      },
    })
    const { marks, warnings } = await buildElsewhere(`http://127.0.0.1:${server.port}`, {}, '--dry-run')

    expect(marks).toEqual(everythingBuilt)
    expect(warnings).toContain('it is larger than 4096 bytes')
    expect(sent).toBeLessThan(1 << 25)
  })
})

test('settings that cannot be read are told', async () => {
  const refusal = async (env: Readonly<Record<string, string>>) => (await world.runWith({ env }, 'build', 'app')).stderr

  expect(await refusal({ KITH_SUBSTITUTERS: 'ftp://host/x' })).toContain('Cannot use setting KITH_SUBSTITUTERS')
  expect(await refusal({ KITH_TRUSTED_KEYS: 'RWxyz' })).toContain('Cannot use setting KITH_TRUSTED_KEYS')
  expect(existsSync(world.cache) && listTree(join(world.cache, 'bin'))).not.toEqual(['app'])
})
