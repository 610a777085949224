import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { tryLock } from '../native/lock.ts'
import { errorCode, failed } from './failure.ts'
import { fileInfo, linkInfo, makeDirectory, readDirectory, removeTree } from './files.ts'

/**
 * A directory that belongs to this process alone, as long as it lives. What says that an owner lives is a kernel lock on a
 * file in the directory, not the number in its name: numbers are used again, and a lock ends with its process however that
 * ended. Disposing removes it.
 */
export interface ClaimedDirectory extends Disposable {
  readonly path: string
}

const lockName = '.kith-claim'

/** Claims of this process that are not disposed. */
const held = new Map<string, ClaimedDirectory>()

/**
 * Makes `path` a directory of this process, open to nobody else; what a dead process left there is removed first. Throws
 * `directory-claimed` where a living one has it, and `io-failed`.
 */
export function claimDirectory(path: string): ClaimedDirectory {
  const lock = join(path, lockName)
  for (let attempt = 0; !removeAbandoned(path) && fileInfo(lock) !== undefined; attempt++) {
    // Somebody may just be removing what a dead process of this name left.
    if (attempt === 25) throw new KithError('directory-claimed', { path })
    Bun.sleepSync(20)
  }
  makeDirectory(dirname(path))
  try {
    // Never what is there already, also not what a link leads to: it is somebody else's.
    fs.mkdirSync(path, { mode: 0o700 })
    fs.chmodSync(path, 0o700)
    const fd = makeLock(path)
    const claimed: ClaimedDirectory = {
      path,
      [Symbol.dispose]: () => {
        held.delete(path)
        removeTree(path)
        fs.closeSync(fd)
      },
    }
    held.set(path, claimed)
    return claimed
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw new KithError('directory-claimed', { path })
    throw failed('claim', path, error)
  }
}

/** claimDirectory(), where this process has not done so already. Throws what that throws. */
export function claimOnce(path: string): ClaimedDirectory {
  return held.get(path) ?? claimDirectory(path)
}

/** Locked before it has its name, so that nobody can find it unlocked and take the owner for dead. */
function makeLock(directory: string): number {
  const fresh = join(directory, `${lockName}-${process.pid}`)
  const fd = fs.openSync(fresh, 'w', 0o600)
  if (!tryLock(fd)) throw new Error('a new file is locked by somebody else')
  fs.renameSync(fresh, join(directory, lockName))
  return fd
}

/**
 * Removes `path` where this process has claimed it, and only then: another one may be at work in a directory of that name.
 * Or lets it stay for good: nobody will take it for abandoned.
 */
export function releaseClaimed(path: string, ending: 'remove' | 'keep'): void {
  const claimed = held.get(path)
  if (claimed === undefined) return
  if (ending === 'keep') removeTree(join(path, lockName))
  else claimed[Symbol.dispose]()
}

/**
 * Removes every directory in `parent` whose owner is dead. One without a lock file is not ours to judge: `sh` kiss made it, or
 * the user wanted it kept. What cannot be removed stays. Whether there was one.
 */
export function removeAbandonedIn(parent: string): boolean {
  let wasThere = false
  try {
    for (const name of readDirectory(parent) ?? []) if (removeAbandoned(join(parent, name))) wasThere = true
  } catch (error) {
    if (!(error instanceof KithError)) throw error
    wasThere = true
  }
  return wasThere
}

/** Whether `path` was claimed by a process that is dead, and is gone now. */
function removeAbandoned(path: string): boolean {
  const lock = join(path, lockName)
  if (!isOurs(path, 'directory') || !isOurs(lock, 'file')) return false
  const fd = openExisting(lock)
  if (fd === undefined) return false
  try {
    // Between our open and our lock somebody else may have removed it, and a new owner have made another.
    if (!tryLock(fd) || fileInfo(lock)?.inode !== fs.fstatSync(fd).ino) return false
    // The lock file goes last: if this process is killed here, what is left still counts as abandoned.
    for (const name of readDirectory(path) ?? []) if (name !== lockName) removeTree(join(path, name))
    removeTree(path)
    return true
  } finally {
    fs.closeSync(fd)
  }
}

/** Of that kind itself, no link to one, and made by this user. */
function isOurs(path: string, kind: 'directory' | 'file'): boolean {
  const info = linkInfo(path)
  return info?.kind === kind && info.owner === process.getuid?.()
}

function openExisting(path: string): number | undefined {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
    throw failed('open', path, error)
  }
}
