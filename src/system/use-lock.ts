import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { tryLock, tryLockShared } from '../native/lock.ts'
import { failed } from './failure.ts'
import { makeDirectory } from './files.ts'

export interface UseLockOptions {
  /** `shared`: with all others that use it. `alone`: while nobody does. */
  readonly mode: 'shared' | 'alone'
  /** Called once if it has to wait; false: then it does not. */
  readonly waiting: () => boolean
  readonly signal: AbortSignal
}

const pollMs = 100

/**
 * Takes the lock file `path`, which is made and stays, for the use of something, or for its change while nobody uses it. The
 * kernel's lock: it ends with the process. Undefined: not waited for, or `signal` fired. Throws `io-failed`.
 */
export async function takeUseLock(
  path: string,
  { mode, waiting, signal }: UseLockOptions,
): Promise<Disposable | undefined> {
  const fd = open(path)
  const take = mode === 'shared' ? tryLockShared : tryLock
  for (let isFirst = true; !take(fd); isFirst = false) {
    if (signal.aborted || (isFirst && !waiting())) {
      fs.closeSync(fd)
      return undefined
    }
    await Bun.sleep(pollMs)
  }
  return { [Symbol.dispose]: () => fs.closeSync(fd) }
}

function open(path: string): number {
  makeDirectory(dirname(path))
  try {
    return fs.openSync(path, 'a', 0o644)
  } catch (error) {
    throw failed('lock', path, error)
  }
}
