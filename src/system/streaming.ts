import * as fs from 'node:fs'
import { KithError } from '../errors/kith-error.ts'
import { openPipe } from '../native/pipe.ts'
import { errorCode, failed } from './failure.ts'

export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  /** A file that it inherits open for reading and writing, under these numbers. */
  readonly opened?: { readonly path: string; readonly descriptors: readonly number[] } | undefined
}

export interface Ending {
  readonly status: number
  readonly signal: string | undefined
}

/**
 * Runs `command` with a copy of this process's input, and both of its outputs in one, so that their order is kept. `started` gets the
 * process id. Throws `program-missing` where it cannot be executed.
 */
export async function runUnder(
  { argv, cwd, environment, opened }: Command,
  started: (id: number) => void,
  input: 'copy' | 'inherit' = 'copy',
): Promise<Ending> {
  // Our own descriptor is the host's file or null device: root could change its mode through it.
  const stdin = input === 'inherit' ? 'inherit' : isNullDevice(0) && fs.existsSync('/dev/null') ? 'ignore' : 'pipe'
  using extra = openUnder(opened)
  const stdio: Stdio = [stdin, 1, 1, ...extra.numbered]
  const child = spawn(argv, 'run in the sandbox', { cwd, env: environment, stdio })
  started(child.pid)
  if (child.stdin instanceof Object) void feed(child.stdin)
  const status = await child.exited
  return { status, signal: child.signalCode?.toString() }
}

type Stdio = [stdin: 'inherit' | 'ignore' | 'pipe', stdout: number, stderr: number, ...extra: (number | null)[]]

/** Descriptors from 3 on as a program is to have them, null for those in between that it has not. */
function openUnder(opened: Command['opened']): Disposable & { readonly numbered: (number | null)[] } {
  const { path = '', descriptors = [] } = opened ?? {}
  const numbered: (number | null)[] = Array.from({ length: Math.max(2, ...descriptors) - 2 }, () => null)
  // Each for itself: what one program sets on it is not set on the others.
  for (const number of descriptors) numbered[number - 3] = fs.openSync(path, 'r+')
  return {
    numbered,
    [Symbol.dispose]: () => {
      for (const fd of numbered) if (fd !== null) fs.closeSync(fd)
    },
  }
}

/** Hands on what this process reads, to its end or until nobody wants it. */
async function feed(sink: Bun.FileSink): Promise<void> {
  const bytes = new Uint8Array(1 << 16)
  try {
    for (let length = await readSome(0, bytes); length > 0; length = await readSome(0, bytes)) {
      sink.write(bytes.slice(0, length))
      await sink.flush()
    }
    await sink.end()
  } catch {
    // It has ended without reading all.
  }
}

function isNullDevice(fd: number): boolean {
  const nullDevice = (1 << 8) | 3
  const found = fs.fstatSync(fd)
  return found.isCharacterDevice() && found.rdev === nullDevice
}

/** Gets output as it comes; the bytes are only there during the call. What it throws ends the program. */
export type OutputSink = (bytes: Uint8Array) => void

export interface StreamingOptions {
  readonly purpose: string
  readonly output: OutputSink
  readonly errors: OutputSink
  /** `ignore`: it reads nothing, as from /dev/null. */
  readonly stdin: 'inherit' | 'ignore' | number
  /** Open files that become its descriptors 3, 4 ... */
  readonly inherited?: readonly number[]
  readonly cwd?: string
  /** Whether what is typed in the terminal (Ctrl-C) does not reach it. */
  readonly isDetached?: boolean
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Told when it has ended: the processor time of all that it ran and waited for, in milliseconds. */
  readonly used?: (cpuMs: number) => void
  /** Ends the program with this process id, when `signal` is aborted or a sink has thrown. */
  readonly end: (id: number) => void
}

/**
 * Runs a program, its output streamed; gives the exit status when it has ended and
 * everything that had its output is gone. Throws `program-missing`, and what a sink throws.
 */
export async function runStreaming(argv: readonly string[], options: StreamingOptions): Promise<number> {
  const output = openPipe()
  const errors = openPipe()
  const { stdin, inherited = [], isDetached = false, cwd, environment: env } = options
  const stdio: SpawnOptions['stdio'] = [stdin, output.writeEnd, errors.writeEnd, ...inherited]
  let child: Bun.Subprocess | undefined
  const stop = (): void => {
    if (child !== undefined && child.exitCode === null) options.end(child.pid)
  }
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    try {
      child = spawn(argv, options.purpose, { stdio, env, detached: isDetached, ...(cwd === undefined ? {} : { cwd }) })
    } finally {
      for (const end of [output.writeEnd, errors.writeEnd]) fs.closeSync(end)
    }
    if (options.signal.aborted) stop()
    const endings = await Promise.allSettled([
      drain(output.readEnd, options.output, stop),
      drain(errors.readEnd, options.errors, stop),
    ])
    const status = await child.exited
    options.used?.(Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000)
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason
    return status
  } finally {
    options.signal.removeEventListener('abort', stop)
    for (const end of [output.readEnd, errors.readEnd]) fs.closeSync(end)
  }
}

type SpawnOptions = Bun.SpawnOptions.OptionsObject<'inherit' | 'ignore' | 'pipe' | number, number, number>

function spawn(argv: readonly string[], purpose: string, options: SpawnOptions): Bun.Subprocess {
  const [program = ''] = argv
  try {
    return Bun.spawn([...argv], options)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new KithError('program-missing', { program, purpose })
    throw failed('run', program, error)
  }
}

/**
 * Reads to the end even when the sink has thrown, after `stop`: a program that cannot write would never end. As a stream, which
 * waits in the event loop: each blocking read takes a thread for as long as a build says nothing, and there are few.
 */
async function drain(fd: number, sink: OutputSink, stop: () => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined
  for await (const bytes of Bun.file(fd).stream())
    try {
      if (failure === undefined) sink(bytes)
    } catch (error) {
      failure = { error }
      stop()
    }
  if (failure !== undefined) throw failure.error
}

function readSome(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, bytes, 0, bytes.length, null, (error, length) => (error === null ? resolve(length) : reject(error)))
  })
}
