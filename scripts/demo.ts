import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '../src/events/event.ts'
import { renderEvent } from '../src/report/terminal/event-lines.ts'
import { terminalStyle } from '../src/report/terminal/style.ts'
import { formatBytes } from '../src/report/terminal/units.ts'

/**
 * The main job on real software, without a question: builds the packages of examples/repo from upstream's sources, installs
 * them into a scratch root, and lets the installed pigz compress a file there. `npm run demo [-- --keep] [PACKAGE...]`
 */
const packages = ['dash', 'pigz', 'make', 'libarchive', 'file', 'libffi', 'lua', 'pkgconf', 'expat']

const project = join(import.meta.dir, '..')
const kith = join(project, 'dist', 'kith')
const words = process.argv.slice(2)
const wanted = words.filter((word) => !word.startsWith('-'))
const scratch = mkdtempSync(join(tmpdir(), 'kith-demo-'))
const root = join(scratch, 'root')
const jobs = availableParallelism()
const environment = {
  ...process.env,
  KISS_PATH: join(project, 'examples', 'repo'),
  KISS_ROOT: root,
  KISS_PROMPT: '0',
  KITH_MIRRORS: process.env.KITH_MIRRORS ?? 'apt',
  MAKEFLAGS: process.env.MAKEFLAGS ?? `-j${jobs}`,
  XDG_CACHE_HOME: join(scratch, 'cache'),
}
const style = terminalStyle(process.env, process.stdout.isTTY)
let buildMs = 0
const built: Extract<Event, { kind: 'build-finished' }>[] = []

/** Runs kith and shows its events as the terminal would, but for the compilers' output. */
async function run(...argv: string[]): Promise<void> {
  say(`kith ${argv.join(' ')}`)
  const child = Bun.spawn([kith, ...argv, '--json'], {
    env: environment,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const errors = new Response(child.stderr).text()
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of child.stdout) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) show(JSON.parse(line) as Event)
  }
  if ((await child.exited) !== 0) throw new Error(`kith ${argv.join(' ')} failed:\n${await errors}`)
}

function show(event: Event): void {
  if (event.kind === 'build-finished') built.push(event)
  if (event.kind !== 'build-output') process.stdout.write(renderEvent(event, style))
}

function say(text: string): void {
  process.stdout.write(`\n${style.good('$')} ${text}\n`)
}

/** A program of the root, run inside it; an ordinary user changes to it in a user namespace. */
async function inRoot(...argv: string[]): Promise<string> {
  say(`chroot ROOT ${argv.join(' ')}`)
  const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--user', '--map-root-user', '--']
  const path = `${process.env.PATH}:/usr/sbin:/sbin`
  const child = Bun.spawn([...asRoot, 'env', `PATH=${path}`, 'chroot', root, ...argv], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, error] = [await new Response(child.stdout).text(), await new Response(child.stderr).text()]
  process.stdout.write(out + error)
  if ((await child.exited) !== 0) throw new Error(`${argv.join(' ')} failed in the root`)
  return out
}

async function checkPigz(): Promise<void> {
  const text = 'Compressed by a pigz that was built from source a minute ago.\n'.repeat(20_000)
  await Bun.write(join(root, 'tmp', 'sample'), text)
  await inRoot('/usr/bin/pigz', '--version')
  await inRoot('/usr/bin/pigz', '-k', '/tmp/sample')
  await inRoot('/usr/bin/pigz', '-tv', '/tmp/sample.gz')
  const compressed = await Bun.file(join(root, 'tmp', 'sample.gz')).bytes()
  const isSame = new TextDecoder().decode(Bun.gunzipSync(compressed)) === text
  if (!isSame) throw new Error('what pigz compressed is not what it was given')
  process.stdout.write(
    `${formatBytes(text.length)} became ${formatBytes(compressed.length)}, and back: the same bytes\n`,
  )
}

function printSummary(): void {
  const row = (...cells: string[]): string =>
    `${cells.map((cell, index) => (index < 2 ? cell.padEnd(14) : cell.padStart(11))).join('')}\n`
  const rows = built.map(({ package: name, artifact, durationMs, files, sizeBytes }) => {
    const version = artifact.slice(name.length + 1, artifact.indexOf('.tar.'))
    return row(name, version, (durationMs / 1000).toFixed(1), String(files), formatBytes(sizeBytes))
  })
  process.stdout.write(`\n${row('package', 'version', 'seconds', 'files', 'size')}${rows.join('')}`)
  process.stdout.write(`${built.length} packages in ${(buildMs / 1000).toFixed(0)} s, ${jobs} at one time\n`)
}

try {
  const named = wanted.length > 0 ? wanted : packages
  const started = performance.now()
  await run('build', ...named)
  buildMs = performance.now() - started
  await run('install', ...named)
  if (named.includes('pigz')) await checkPigz()
  printSummary()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  if (words.includes('--keep')) process.stdout.write(`kept ${scratch}\n`)
  else rmSync(scratch, { recursive: true, force: true })
}
