import * as fs from 'node:fs'
import { bytesText } from '../model/tree-path.ts'
import * as entries from '../native/entries.ts'
import { writeXattr, type XattrOutcome } from '../native/xattr.ts'
import { attemptCall } from './failure.ts'
import { type TreePlace, tellTreeChange } from './tree-change.ts'

/** A new file while it is written, or one that is read. */
export class OpenFile implements Disposable {
  #fd: number | undefined

  constructor(
    fd: number,
    readonly at: TreePlace,
  ) {
    this.#fd = fd
  }

  get #descriptor(): number {
    if (this.#fd === undefined) throw new Error(`${this.at.path} is closed`)
    return this.#fd
  }

  write(bytes: Uint8Array): void {
    this.#attempt('write', () => {
      for (let written = 0; written < bytes.length; ) {
        const rest = bytes.subarray(written)
        tellTreeChange(() => ({ kind: 'write', at: this.at, bytes: rest.slice() }))
        written += entries.write(this.#descriptor, rest)
      }
    })
  }

  /** Takes room on the disk; size and content stay. */
  allocate(sizeBytes: number): void {
    this.#attempt('set room aside in', () => {
      tellTreeChange(() => ({ kind: 'allocate', at: this.at, sizeBytes }))
      entries.allocate(this.#descriptor, sizeBytes)
    })
  }

  /** The bytes (latin1) of a regular file; undefined where it is none, or has more than `mostBytes`. */
  readAll(mostBytes: number): string | undefined {
    return this.#attempt('read', () => {
      const found = fs.fstatSync(this.#descriptor)
      if (!found.isFile() || found.size > mostBytes) return undefined
      return fs.readFileSync(this.#descriptor, 'latin1')
    })
  }

  changeMode(mode: number): void {
    this.#attempt('change mode of', () => {
      tellTreeChange(() => ({ kind: 'change-mode', at: this.at, mode }))
      entries.changeMode(this.#descriptor, mode)
    })
  }

  changeTimes(seconds: number): void {
    this.#attempt('change the time of', () => {
      tellTreeChange(() => ({ kind: 'change-times', at: this.at, seconds }))
      entries.changeTimes(this.#descriptor, seconds)
    })
  }

  setXattr(name: string, value: string): XattrOutcome {
    return this.#attempt('give attributes to', () => {
      tellTreeChange(() => ({ kind: 'change-xattr', at: this.at, name, value }))
      return writeXattr(this.#descriptor, name, value)
    })
  }

  /** What was written is on the disk when this returns. */
  sync(): void {
    this.#attempt('write to the disk', () => {
      tellTreeChange(() => ({ kind: 'sync', at: this.at }))
      entries.syncFd(this.#descriptor)
    })
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) entries.close(this.#fd)
    this.#fd = undefined
  }

  #attempt<Result>(action: string, call: () => Result): Result {
    return attemptCall(action, this.at.tree + bytesText(this.at.path), call)
  }
}
