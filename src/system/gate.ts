import * as fs from 'node:fs'
import { openPipe } from '../native/pipe.ts'
import { attemptCall, errorCode, failed } from './failure.ts'

/** Holds up a program that is started with `input` as its standard input, until it is opened; disposed before, it never is. */
export interface Gate extends Disposable {
  readonly input: number
  readonly open: () => void
}

/** Throws `io-failed`; so does opening it. */
export function makeGate(): Gate {
  const { readEnd, writeEnd } = attemptCall('open', 'a pipe', openPipe)
  return {
    input: readEnd,
    open: () => {
      try {
        fs.writeSync(writeEnd, 'go')
      } catch (error) {
        // Nobody waits any more: how the program ended says why.
        if (errorCode(error) !== 'EPIPE') throw failed('write', 'a pipe', error)
      }
    },
    [Symbol.dispose]: () => {
      fs.closeSync(writeEnd)
      fs.closeSync(readEnd)
    },
  }
}

/** For the program: waits, and gives whether the gate was opened. */
export function waitAtGate(): boolean {
  return fs.readSync(0, Buffer.alloc(1)) === 1
}
