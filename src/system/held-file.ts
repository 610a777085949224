import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { tryLock } from '../native/lock.ts'
import { failed } from './failure.ts'
import { makeDirectory } from './files.ts'

/** A file that this process holds by a kernel lock as long as it lives: others see by `isLocked` that its owner does. */
export interface HeldFile {
  /** Lets it stay, or removes it. */
  readonly release: (ending: 'remove' | 'keep') => void
}

/** Makes `path`, which must be new, with this content. Throws `io-failed`. */
export function makeHeldFile(path: string, content: string): HeldFile {
  makeDirectory(dirname(path))
  try {
    const fd = fs.openSync(path, 'wx', 0o600)
    tryLock(fd)
    fs.writeFileSync(fd, content)
    return {
      release(ending) {
        if (ending === 'remove') fs.rmSync(path, { force: true })
        fs.closeSync(fd)
      },
    }
  } catch (error) {
    throw failed('write', path, error)
  }
}
