import * as fs from 'node:fs'
import { KithError } from '../errors/kith-error.ts'
import { openPipe } from '../native/pipe.ts'
import { errorCode, failed } from './failure.ts'

export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

export interface Ending {
  readonly status: number
  readonly signal: string | undefined
}

/**
 * Runs `command` with this process's input, and both of its outputs in one, so that their order is kept. `started` gets the
 * process id. Throws `program-missing` where it cannot be executed.
 */
export async function runUnder({ argv, cwd, environment }: Command, started: (id: number) => void): Promise<Ending> {
  const child = spawn(argv, 'run in the sandbox', { cwd, env: environment, stdin: 'inherit', stdout: 1, stderr: 1 })
  started(child.pid)
  const status = await child.exited
  return { status, signal: child.signalCode?.toString() }
}

/** Gets output as text, as it comes. What it throws ends the program. */
export type OutputSink = (text: string) => void

export interface StreamingOptions {
  readonly purpose: string
  readonly output: OutputSink
  readonly errors: OutputSink
  readonly signal: AbortSignal
  /** Ends the program with this process id, when `signal` is aborted or a sink has thrown. */
  readonly end: (id: number) => void
}

/**
 * Runs a program with this process's input and environment, its output streamed; gives the exit status when it has ended and
 * everything that had its output is gone. Throws `program-missing`, and what a sink throws.
 */
export async function runStreaming(argv: readonly string[], options: StreamingOptions): Promise<number> {
  const output = openPipe()
  const errors = openPipe()
  const stdio = { stdin: 'inherit', stdout: output.writeEnd, stderr: errors.writeEnd } as const
  let child: Bun.Subprocess | undefined
  const stop = (): void => {
    if (child !== undefined && child.exitCode === null) options.end(child.pid)
  }
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    try {
      child = spawn(argv, options.purpose, { ...stdio, env: process.env })
    } finally {
      for (const end of [output.writeEnd, errors.writeEnd]) fs.closeSync(end)
    }
    if (options.signal.aborted) stop()
    const endings = await Promise.allSettled([
      drain(output.readEnd, options.output, stop),
      drain(errors.readEnd, options.errors, stop),
    ])
    const status = await child.exited
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason
    return status
  } finally {
    options.signal.removeEventListener('abort', stop)
    for (const end of [output.readEnd, errors.readEnd]) fs.closeSync(end)
  }
}

type SpawnOptions = Bun.SpawnOptions.OptionsObject<'inherit', number, number>

function spawn(argv: readonly string[], purpose: string, options: SpawnOptions): Bun.Subprocess {
  const [program = ''] = argv
  try {
    return Bun.spawn([...argv], options)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new KithError('program-missing', { program, purpose })
    throw failed('run', program, error)
  }
}

/** Reads to the end even when the sink has thrown, after `stop`: a program that cannot write would never end. */
async function drain(fd: number, sink: OutputSink, stop: () => void): Promise<void> {
  const decoder = new TextDecoder()
  const bytes = new Uint8Array(1 << 16)
  let failure: { readonly error: unknown } | undefined
  const hand = (text: string): void => {
    try {
      if (failure === undefined && text !== '') sink(text)
    } catch (error) {
      failure = { error }
      stop()
    }
  }
  for (let length = await readSome(fd, bytes); length > 0; length = await readSome(fd, bytes))
    hand(decoder.decode(bytes.subarray(0, length), { stream: true }))
  hand(decoder.decode())
  if (failure !== undefined) throw failure.error
}

function readSome(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, bytes, 0, bytes.length, null, (error, length) => (error === null ? resolve(length) : reject(error)))
  })
}
