import * as fs from 'node:fs'
import type { TreePath } from '../model/tree-path.ts'
import { failed } from './failure.ts'
import { type RefusedXattr, readTreeXattrs } from './file-xattrs.ts'
import { hostPath, treeLink } from './tree.ts'
import type { TreeHandle } from './tree-handle.ts'

const chunkBytes = 1 << 20

/**
 * Copies a file, link or pipe of one tree to where nothing is in another: content, owner, mode, time and extended attributes. Gives
 * the attributes that the copy cannot have, told with `path`. Throws `io-failed`.
 */
export function copyEntry(from: TreeHandle, path: TreePath, to: TreeHandle, target: TreePath): RefusedXattr[] {
  const entry = from.entry(path)
  const isOwn = process.getuid?.() !== 0
  const giveOwner = (): void => {
    if (entry !== undefined && !isOwn) to.changeOwner(target, entry.uid, entry.gid)
  }
  switch (entry?.kind) {
    case 'symlink':
      to.makeSymlink(target, treeLink(from.directory, path))
      giveOwner()
      to.changeTimes(target, entry.mtimeMs / 1000)
      return []
    case 'fifo':
      to.makeFifo(target, entry.mode)
      giveOwner()
      // Giving it away takes setuid and setgid from it.
      to.changeMode(target, entry.mode)
      to.changeTimes(target, entry.mtimeMs / 1000)
      return []
    case 'file': {
      using file = to.createFile(target, 0o600)
      copyContent(from.directory, path, (bytes) => file.write(bytes))
      giveOwner()
      // After writing and giving away, which take capabilities from it.
      const refused = [...readTreeXattrs(from.directory, path)].flatMap(([name, value]) => {
        const outcome = file.setXattr(name, value)
        return outcome === 'written' ? [] : [{ path, name, reason: outcome } as const]
      })
      file.changeMode(entry.mode)
      file.changeTimes(entry.mtimeMs / 1000)
      return refused
    }
    default:
      throw failed('copy', from.directory + path, new Error('it is neither a file nor a link nor a named pipe'))
  }
}

function copyContent(directory: string, path: TreePath, write: (bytes: Uint8Array) => void): void {
  const place = hostPath(directory, path)
  try {
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants
    const fd = fs.openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const buffer = Buffer.alloc(chunkBytes)
      for (;;) {
        const length = fs.readSync(fd, buffer, 0, chunkBytes, null)
        if (length === 0) return
        write(buffer.subarray(0, length))
      }
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'KithError') throw error
    throw failed('copy', place.toString(), error)
  }
}
