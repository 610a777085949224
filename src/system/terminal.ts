import * as fs from 'node:fs'
import { isatty, ReadStream, WriteStream } from 'node:tty'
import { errorCode, failed } from './failure.ts'
import type { Command, Ending } from './streaming.ts'

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** The size of the terminal that this process reads; undefined where it reads none. */
export function inputTerminal(): TerminalSize | undefined {
  if (!isatty(0)) return undefined
  const [columns, rows] = new WriteStream(0).getWindowSize()
  return { columns, rows }
}

/**
 * Lets every key that is typed through to whoever reads the terminal, Ctrl-C too, until disposed. `resized` is called when its
 * size changes.
 */
export function takeTerminal(resized: () => void): Disposable {
  const terminal = new ReadStream(0)
  terminal.setRawMode(true)
  process.on('SIGWINCH', resized)
  return {
    [Symbol.dispose]: () => {
      process.off('SIGWINCH', resized)
      terminal.setRawMode(false)
      terminal.destroy()
    },
  }
}

/**
 * Runs `command` in a terminal of its own, made by this process, and passes on what this process reads and what the command
 * prints: no descriptor of the user's own terminal gets to it. Throws `io-failed` where it cannot be started.
 */
export async function runInTerminal(
  { argv, cwd, environment }: Command,
  { columns, rows }: TerminalSize,
  started: (id: number) => void,
): Promise<Ending> {
  const closed = Promise.withResolvers<void>()
  let child: Bun.Subprocess
  try {
    child = Bun.spawn([...argv], {
      cwd,
      env: environment,
      terminal: { cols: columns, rows, data: (_, bytes) => writeAll(1, bytes), exit: () => closed.resolve() },
    })
  } catch (error) {
    throw failed('run', argv[0] ?? '', error)
  }
  started(child.pid)
  const { terminal } = child
  const resize = (): void => {
    const size = inputTerminal()
    if (size !== undefined) terminal?.resize(size.columns, size.rows)
  }
  process.on('SIGWINCH', resize)
  void pass(terminal)
  const status = await child.exited
  // What it printed last may still be on its way; somebody it left behind may hold the terminal open.
  await Promise.race([closed.promise, Bun.sleep(200)])
  process.off('SIGWINCH', resize)
  return { status, signal: child.signalCode?.toString() }
}

/** Hands on what is typed. */
async function pass(terminal: Bun.Terminal | undefined): Promise<void> {
  const bytes = Buffer.alloc(1 << 12)
  for (;;) {
    const length = await readSome(bytes)
    if (length === 0 || terminal === undefined || terminal.closed) return
    terminal.write(bytes.subarray(0, length))
  }
}

/** 0 at the end, also when the terminal is gone. */
function readSome(bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    fs.read(0, bytes, 0, bytes.length, null, (error, length) => resolve(error === null ? length : 0))
  })
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += fs.writeSync(fd, bytes, offset)
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') return
      Bun.sleepSync(1)
    }
  }
}
