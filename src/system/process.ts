import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { errorCode, failed } from './failure.ts'

export interface RunOptions {
  readonly cwd?: string
  /** The whole environment; nothing is inherited that is not given. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin?: Uint8Array
  /** It may talk to a person: its input and errors are the terminal's, and only its output is given. */
  readonly asks?: boolean
  readonly signal?: AbortSignal
}

export interface RunResult {
  /** Exit status; 128 + number for a process ended by a signal. */
  readonly status: number
  readonly stdout: string
  /** The same, not decoded. */
  readonly bytes: Uint8Array
  readonly stderr: string
}

/**
 * Runs a program to its end and gives what it printed. Arguments go as they are, never through a shell. Throws
 * `program-missing` (with `purpose`) where argv[0] is not to be found; an exit status other than 0 is a result, no error.
 */
export async function run(argv: readonly string[], purpose: string, options: RunOptions): Promise<RunResult> {
  const [program = ''] = argv
  try {
    const child = Bun.spawn([...argv], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      env: options.env,
      stdin: options.stdin ?? (options.asks === true ? 'inherit' : 'ignore'),
      stdout: 'pipe',
      stderr: options.asks === true ? 'inherit' : 'pipe',
    })
    const [bytes, stderr, status] = await Promise.all([
      new Response(child.stdout).bytes(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    return { status, stdout: new TextDecoder().decode(bytes), bytes, stderr }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new KithError('program-missing', { program, purpose })
    throw failed('run', program, error)
  }
}

export interface AttachedOptions extends Omit<RunOptions, 'stdin' | 'asks'> {
  /** Where its output goes: `error` for programs that run beside a command's own result. */
  readonly output: 'output' | 'error'
  /** What it reads instead of the terminal. */
  readonly input?: Uint8Array
  /** Gets its process id as soon as it runs. */
  readonly started?: (id: number) => void
}

/**
 * Runs a program with the terminal as it is, a script that does not say by what with sh, as a shell would; gives its exit status. Throws
 * `program-missing`.
 */
export async function runAttached(argv: readonly string[], purpose: string, options: AttachedOptions): Promise<number> {
  const [program = ''] = argv
  try {
    const child = Bun.spawn([...argv], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      env: options.env,
      stdin: options.input ?? 'inherit',
      stdout: options.output === 'error' ? 2 : 'inherit',
      stderr: 'inherit',
    })
    options.started?.(child.pid)
    return await child.exited
  } catch (error) {
    if (errorCode(error) === 'ENOEXEC') return await runAttached(['/bin/sh', ...argv], purpose, options)
    if (errorCode(error) === 'ENOENT') throw new KithError('program-missing', { program, purpose })
    throw failed('run', program, error)
  }
}

/** Absolute path of the first of `names` that is executable on `searchPath` (colon-separated), or undefined. */
export function findProgram(names: readonly string[], searchPath: string): string | undefined {
  for (const name of names)
    for (const directory of searchPath.split(':')) {
      const candidate = join(directory, name)
      if (directory !== '' && isProgram(candidate)) return candidate
    }
  return undefined
}

/** Path of a program that kith itself needs, also where PATH lacks the directories of the administrator. Throws `program-missing`. */
export function requireProgram(program: string, purpose: string): string {
  const found = findProgram([program], `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`)
  if (found !== undefined) return found
  throw new KithError('program-missing', { program, purpose })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
