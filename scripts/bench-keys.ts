import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchRow, compare } from './bench-rows.ts'

const executable = join(import.meta.dir, '..', 'dist', 'kith')
const names = Array.from({ length: 500 }, (_, index) => `pkg-${index}`)

/**
 * `kith build` of 500 packages that are up to date, really built once before; against what others need to see that nothing has
 * changed in the same files: `make -q` with a rule for each package, and `git status`.
 */
export async function benchKeys(): Promise<BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  try {
    const repository = join(scratch, 'repo')
    writeRecipes(repository)
    const environment = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: scratch,
      KISS_PATH: repository,
      KISS_ROOT: join(scratch, 'root'),
      XDG_CACHE_HOME: join(scratch, 'cache'),
      KISS_PROMPT: '0',
    }
    const run = (argv: readonly string[], cwd = repository): string => {
      const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { env: environment, cwd })
      if (exitCode !== 0) throw new Error(`${argv.slice(0, 3).join(' ')}: ${stderr.toString().slice(-1000)}`)
      return stdout.toString()
    }
    process.stderr.write('bench: building 500 packages once\n')
    run([executable, 'build', '--quiet', ...names])
    run(['git', 'init', '-q'])
    run(['git', 'add', '.'])
    // What was written a moment ago is hashed again each time, here and by git.
    await Bun.sleep(2_500)
    run([executable, 'build', ...names])
    const noOp = (): void => {
      const told = run([executable, 'build', '--json', ...names])
      if (told.includes('"build-started"') || !told.includes('"cached":["pkg-0"')) throw new Error('it built something')
    }
    const touch = (): void => void run(['touch', 'pkg-7/build', 'pkg-300/files/conf'])
    const runs = 15
    const rows = [
      await compare({ name: '500 up to date', other: 'bun -e 0', runs, goal: '150 ms', kith: noOp, against: startUp }),
      await compare({
        name: 'the same',
        other: 'make -q',
        runs,
        kith: noOp,
        against: () => run(['make', '-q', '-f', makefile(scratch)]),
      }),
      await compare({
        name: 'the same',
        other: 'git status',
        runs,
        kith: noOp,
        against: () => run(['git', 'status', '-s']),
      }),
      await compare({
        name: 'two files touched',
        other: 'bun -e 0',
        runs,
        prepare: touch,
        kith: noOp,
        against: startUp,
      }),
    ]
    appendFileSync(join(repository, 'pkg-0/build'), '# a comment\n')
    const told = run([executable, 'build', '--json', ...names]).split('\n')
    const count = (kind: string): number => told.filter((line) => line.includes(`"kind":"${kind}"`)).length
    process.stderr.write(
      `bench: a comment in pkg-0: ${count('build-started')} built, ${count('build-skipped')} cut off\n`,
    )
    return rows
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function startUp(): void {
  Bun.spawnSync([process.execPath, '-e', '0'])
}

/** Seven files each; each needs up to three others, twenty in a row. */
function writeRecipes(repository: string): void {
  for (const [index, name] of names.entries()) {
    const directory = join(repository, name)
    for (const below of ['patches', 'files']) mkdirSync(join(directory, below), { recursive: true })
    const needs = [1, 2, 3].filter((step) => step <= index % 20)
    const files: Readonly<Record<string, string>> = {
      version: '1.0 1\n',
      depends: needs.map((step) => `pkg-${index - step}${step === 3 ? ' make' : ''}\n`).join(''),
      sources: 'files/conf\n',
      checksums: 'SKIP\n',
      'patches/fix.patch': 'a patch\n'.repeat(40),
      'files/conf': `setting ${index}\n`,
    }
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text)
    const script = `#!/bin/sh -e\nmkdir -p "$1/usr/share"\ncp conf "$1/usr/share/${name}"\n`
    writeFileSync(join(directory, 'build'), script, { mode: 0o755 })
  }
}

/** A rule for each package: its tarball after its files and the tarballs that it needs. */
function makefile(scratch: string): string {
  const path = join(scratch, 'Makefile')
  const tarball = (name: string): string => join(scratch, 'cache/kiss/bin', `${name}@1.0-1.tar.zst`)
  const rules = names.map((name, index) => {
    const needs = [1, 2, 3].filter((step) => step <= index % 20).map((step) => tarball(`pkg-${index - step}`))
    const files = ['build', 'version', 'depends', 'sources', 'checksums', 'patches/fix.patch', 'files/conf']
    return `${tarball(name)}: ${files.map((file) => `${name}/${file}`).join(' ')} | ${needs.join(' ')}\n\ttouch $@\n`
  })
  writeFileSync(path, `all: ${names.map(tarball).join(' ')}\n${rules.join('')}`)
  return path
}
