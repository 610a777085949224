import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { errorCode, failed } from './failure.ts'

export interface RunOptions {
  readonly cwd?: string
  /** The whole environment; nothing is inherited that is not given. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin?: Uint8Array
  readonly signal?: AbortSignal
}

export interface RunResult {
  /** Exit status; 128 + number for a process ended by a signal. */
  readonly status: number
  readonly stdout: string
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
      stdin: options.stdin ?? 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [stdout, stderr, status] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    return { status, stdout, stderr }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new KithError('program-missing', { program, purpose })
    throw failed('run', program, error)
  }
}

export interface AttachedOptions extends Omit<RunOptions, 'stdin'> {
  /** Where its output goes: `error` for programs that run beside a command's own result. */
  readonly output: 'output' | 'error'
}

/** Runs a program with the terminal as it is; gives its exit status. Throws `program-missing`. */
export async function runAttached(argv: readonly string[], purpose: string, options: AttachedOptions): Promise<number> {
  const [program = ''] = argv
  try {
    const child = Bun.spawn([...argv], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      env: options.env,
      stdin: 'inherit',
      stdout: options.output === 'error' ? 2 : 'inherit',
      stderr: 'inherit',
    })
    return await child.exited
  } catch (error) {
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

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

export interface Ending {
  readonly status: number
  readonly signal: string | undefined
}

/** Runs `command` with this process's input, and both of its outputs in one, so that their order is kept. */
export async function runUnder({ argv, cwd, environment }: Command): Promise<Ending> {
  const child = Bun.spawn([...argv], { cwd, env: environment, stdin: 'inherit', stdout: 1, stderr: 1 })
  const status = await child.exited
  return { status, signal: child.signalCode?.toString() }
}

/** Gets output as text, as it comes; never throws. */
export type OutputSink = (text: string) => void

export interface StreamingOptions {
  readonly purpose: string
  readonly output: OutputSink
  readonly errors: OutputSink
  /** Aborting kills the process. */
  readonly signal: AbortSignal
}

/** Runs a program with this process's input and environment, its output streamed; gives the exit status. */
export async function runStreaming(argv: readonly string[], options: StreamingOptions): Promise<number> {
  const [program = ''] = argv
  try {
    const child = Bun.spawn([...argv], { stdin: 'inherit', stdout: 'pipe', stderr: 'pipe' })
    const stop = (): void => child.kill('SIGKILL')
    options.signal.addEventListener('abort', stop, { once: true })
    await Promise.all([drain(child.stdout, options.output), drain(child.stderr, options.errors), child.exited])
    options.signal.removeEventListener('abort', stop)
    return await child.exited
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new KithError('program-missing', { program, purpose: options.purpose })
    throw failed('run', program, error)
  }
}

async function drain(stream: ReadableStream<Uint8Array>, sink: OutputSink): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) sink(decoder.decode(chunk, { stream: true }))
  sink(decoder.decode())
}
