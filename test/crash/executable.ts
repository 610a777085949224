import { join } from 'node:path'
import type { Scenario } from './scenarios.ts'

const kith = join(import.meta.dir, '..', '..', 'dist', 'kith')

export interface ExecutableRun {
  readonly status: number | null
  readonly stderr: string
}

export interface ExecutableOptions {
  readonly root: string
  /** Where the scenario's tarballs are. */
  readonly directory: string
  /** Words before the command: a tracer, a limit. */
  readonly under?: readonly string[]
}

/** Runs a scenario's command, or other words, with the real executable. */
export function runExecutable(
  words: Scenario['words'],
  { root, directory, under = [] }: ExecutableOptions,
): ExecutableRun {
  const { exitCode, stderr } = Bun.spawnSync([...under, kith, ...(words ?? [])], {
    cwd: directory,
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: directory,
      XDG_CACHE_HOME: join(directory, 'cache'),
      KISS_PATH: '',
      KISS_ROOT: root,
      KISS_FORCE: words?.[0] === 'remove' ? '1' : '0',
      KISS_PROMPT: '0',
    },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  return { status: exitCode, stderr: stderr.toString() }
}
