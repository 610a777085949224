import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { landlockAbi } from '../native/landlock.ts'

const abi = landlockAbi()
const needsLandlock = abi > 0 ? '' : ' (skipped: this kernel has no Landlock)'

interface Scene extends Disposable {
  readonly directory: string
  readonly outside: string
}

/** A directory to unpack into, and files beside that must stay as they are. */
function scene(): Scene {
  const place = fs.mkdtempSync(join(tmpdir(), 'kith-stage-'))
  const directory = join(place, 'stage')
  const outside = join(place, 'outside')
  for (const one of [directory, outside]) fs.mkdirSync(one)
  fs.writeFileSync(join(outside, 'file'), 'precious')
  fs.chmodSync(join(outside, 'file'), 0o644)
  return { directory, outside, [Symbol.dispose]: () => fs.rmSync(place, { recursive: true, force: true }) }
}

/** Runs a text as a stage; `attempts` are expressions, each told with what it gave or its error's code. */
function runStage(place: Scene, attempts: readonly string[], runsPrograms = false): string[] {
  const fixture = join(import.meta.dir, 'confine-stage-fixture.ts')
  return runAttempts(place, attempts, (text) => [fixture, place.directory, runsPrograms ? 'yes' : 'no', text])
}

function runAttempts(place: Scene, attempts: readonly string[], argv: (text: string) => readonly string[]): string[] {
  const text = `
const fs = require('node:fs')
const place = ${JSON.stringify(place.outside)}
const told = []
for (const attempt of [${attempts.map((one) => `async () => (${one})`).join(',')}])
  try { told.push(String(await attempt())) } catch (error) { told.push(error.code ?? String(error)) }
fs.writeSync(1, JSON.stringify(told))
process.exit(0)`
  const { stdout, stderr } = Bun.spawnSync([process.execPath, ...argv(text)], { cwd: place.directory })
  try {
    return JSON.parse(stdout.toString())
  } catch {
    throw new Error(`the stage told nothing: ${stderr}`)
  }
}

const isRefused = (told: string): boolean => ['EACCES', 'EPERM', 'EXDEV'].includes(told)

function snapshot({ outside }: Scene): string {
  const found = fs.readdirSync(outside).map((name) => {
    const { mode, size, mtimeMs, uid, ino } = fs.lstatSync(join(outside, name))
    return [name, mode, size, mtimeMs, uid, ino].join(' ')
  })
  return found.join('\n')
}

const attacks: readonly string[] = [
  "fs.writeFileSync(place + '/new', 'x')",
  "fs.writeFileSync(place + '/file', 'x')",
  "fs.openSync(place + '/file', 'r+')",
  "fs.truncateSync(place + '/file', 0)",
  "fs.mkdirSync(place + '/new')",
  "fs.symlinkSync('x', place + '/new')",
  "fs.linkSync(place + '/file', './stolen')",
  "fs.renameSync(place + '/file', './stolen')",
  "fs.unlinkSync(place + '/file')",
  "fs.chmodSync(place + '/file', 0o4777)",
  "fs.chownSync(place + '/file', 1, 1)",
  "fs.lchownSync(place + '/file', 1, 1)",
  "(fs.symlinkSync(place, 'way'), fs.writeFileSync('way/new', 'x'))",
  "(fs.symlinkSync(place + '/file', 'leaf'), fs.writeFileSync('leaf', 'x'))",
  "fs.readFileSync(place + '/file', 'utf8')",
  "fs.readdirSync('/etc')",
  "fs.readFileSync('/proc/' + process.ppid + '/environ')",
  "fs.openSync('/proc/' + process.ppid + '/mem', 'r+')",
  "fs.openSync('/proc/sys/kernel/core_pattern', 'r+')",
  "fs.openSync('/dev/null', 'r+')",
  "Bun.spawnSync(['/bin/sh', '-c', 'echo ran']).stdout",
]

test.skipIf(abi === 0)(`attack: whoever takes over the stage changes and reads nothing outside${needsLandlock}`, () => {
  using place = scene()
  const before = snapshot(place)

  const told = runStage(place, attacks)

  expect(attacks.filter((_, index) => !isRefused(told[index] ?? ''))).toEqual([])
  expect(snapshot(place)).toBe(before)
})

test('the same attacks change and read what is outside where nothing stops them', () => {
  using place = scene()

  const told = runAttempts(place, attacks, (text) => ['-e', text])

  expect(told.filter((one) => !isRefused(one)).length).toBeGreaterThan(12)
  expect(fs.existsSync(join(place.outside, 'new'))).toBe(true)
})

test.skipIf(abi === 0)(
  `becomeStage() leaves what unpacking needs: to make, change and read what is in its directory${needsLandlock}`,
  () => {
    using place = scene()

    const told = runStage(place, [
      "fs.writeFileSync('a', 'content')",
      "fs.fchmodSync(fs.openSync('a', 'r'), 0o4755)",
      "fs.readFileSync('a', 'utf8')",
      "fs.mkdirSync('d')",
      "fs.symlinkSync('/etc/passwd', 'd/l')",
      "fs.lutimesSync('d/l', 5, 5)",
      "fs.linkSync('a', 'd/b')",
      "fs.renameSync('d/b', 'd/c')",
      "fs.unlinkSync('d/c')",
    ])

    expect(told).toEqual(['undefined', 'undefined', 'content', ...Array<string>(6).fill('undefined')])
    expect(fs.statSync(join(place.directory, 'a')).mode & 0o7777).toBe(0o4755)
  },
)

test.skipIf(abi === 0)(`becomeStage() reaches no network and no other process${needsLandlock}`, () => {
  using place = scene()
  using server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('reached') })
  const sleeper = Bun.spawn(['sleep', '60'])
  try {
    const attempts = [
      `new Promise((done) => require('node:net').connect(${server.port}, '127.0.0.1').on('connect', () => done('reached')).on('error', (error) => done(error.code)))`,
      "new Promise((done) => require('node:dgram').createSocket('udp4').on('error', (error) => done(error.code)).send('x', 9, '127.0.0.1', (error) => done(error ? error.code : 'sent')))",
      ...(abi >= 6 ? [`process.kill(${sleeper.pid}, 'SIGKILL')`] : []),
    ]

    const told = runStage(place, attempts, true)

    expect(told).not.toContain('reached')
    expect(told).not.toContain('sent')
    expect(told).not.toContain('true')
    expect(sleeper.exitCode).toBeNull()
  } finally {
    sleeper.kill()
  }
})

test.skipIf(abi === 0)(`becomeStage() lets programs run that decompress, confined like itself${needsLandlock}`, () => {
  using place = scene()
  const before = snapshot(place)

  const told = runStage(
    place,
    ["Bun.spawnSync(['/bin/sh', '-c', 'echo ran; echo x >' + place + '/file']).stdout"],
    true,
  )

  expect(told).toEqual(['ran\n'])
  expect(snapshot(place)).toBe(before)
})

test('becomeStage() does nothing for a kith that has ended', () => {
  using place = scene()
  const fixture = join(import.meta.dir, 'confine-stage.ts')
  const text = `require(${JSON.stringify(fixture)}).becomeStage({ directory: '.', runsPrograms: true, owner: 1 }, [], {})`

  const { exitCode, stderr } = Bun.spawnSync([process.execPath, '-e', text], { cwd: place.directory })

  expect(exitCode).not.toBe(0)
  expect(stderr.toString()).toContain('kith has ended')
})
