import * as fs from 'node:fs'
import { findProgram } from './process.ts'

/**
 * Removes a directory with all that anybody may have made in it: thousands of levels, names that are no text, directories
 * that forbid everything, files of other ids of an ordinary user's range. rm(1) does it by descriptors, where the runtime's
 * own way names each path anew. Links are not followed. Throws an Error of node:fs where something stays.
 */
export function removeDeep(path: string): void {
  for (const removal of removals()) {
    const { stderr } = Bun.spawnSync(removal.concat(path), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: plainEnvironment,
    })
    if (!isThere(path)) return
    if (isLast(stderr.toString())) break
  }
  // Says why it cannot be, or what rm could not do.
  fs.rmSync(path, { recursive: true, force: true })
}

/** In the order in which they are tried; the later ones are for what only their owner, or root of their ids, can open. */
function removals(): string[][] {
  const searchPath = `${process.env.PATH ?? ''}:/usr/bin:/bin`
  const rm = findProgram(['rm'], searchPath)
  if (rm === undefined) return []
  const plain = [rm, '-rf', '--']
  const [unshare, chmod] = [findProgram(['unshare'], searchPath), findProgram(['chmod'], searchPath)]
  if (process.getuid?.() === 0) return [plain]
  const opened = chmod === undefined ? [] : [[chmod, '-R', 'u+rwx', '--'], plain]
  const asRoot = unshare === undefined ? [] : [[unshare, '--user', '--map-root-user', '--map-auto', '--', ...plain]]
  return [plain, ...opened, ...asRoot]
}

const plainEnvironment = { LC_ALL: 'C' }

/** Where nothing can be written no other way helps. */
function isLast(errors: string): boolean {
  return errors.includes('Read-only file system')
}

function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
