import * as fs from 'node:fs'
import { findProgram } from './process.ts'

/**
 * Removes a tree in which an ordinary user's build has made files of other ids, from the user's range in /etc/subuid: only
 * whoever is root of a user namespace with that range may. Whether `path` is gone. Links are not followed.
 */
export function removeForeign(path: string): boolean {
  const searchPath = `${process.env.PATH ?? ''}:/usr/bin:/bin`
  const unshare = findProgram(['unshare'], searchPath)
  const remove = findProgram(['rm'], searchPath)
  if (process.getuid?.() === 0 || unshare === undefined || remove === undefined) return false
  Bun.spawnSync([unshare, '--user', '--map-root-user', '--map-auto', '--', remove, '-rf', '--', path], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  return fs.lstatSync(path, { throwIfNoEntry: false }) === undefined
}
