import * as fs from 'node:fs'
import { dirname } from 'node:path'
import type { TreePath } from '../model/tree-path.ts'
import { makeFifo } from './archive/make-fifo.ts'
import { copyXattrs, type RefusedXattr } from './file-xattrs.ts'

/**
 * Copies a file, link or fifo to `to`, where nothing is: owner, mode, times and extended attributes as they are. Gives the
 * attributes that the copy cannot have, told with `path`. Throws what the system says.
 */
export function copyAcross(from: string | Buffer, to: string | Buffer, path: TreePath): RefusedXattr[] {
  const found = fs.lstatSync(from)
  if (found.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(from, { encoding: 'buffer' }), to)
  else if (found.isFIFO()) makeFifo(dirname(to.toString()), to, found.mode & 0o7777)
  else if (found.isFile()) fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE)
  else throw new Error('is neither a file nor a link nor a named pipe')
  // Giving a file away takes setuid and capabilities from it, so that they come after.
  if (process.getuid?.() === 0) fs.lchownSync(to, found.uid, found.gid)
  const refused = found.isFile() ? copyXattrs(from, to, path) : []
  if (!found.isSymbolicLink()) fs.chmodSync(to, found.mode & 0o7777)
  fs.lutimesSync(to, found.atime, found.mtime)
  return refused
}
