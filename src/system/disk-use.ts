import { lstatSync } from 'node:fs'
import type { TreePath } from '../model/tree-path.ts'
import { errorCode, failed } from './failure.ts'
import { hostPath } from './tree.ts'

/**
 * Counts what files below `directory` take on the disk, in KiB rounded up: blocks, not lengths. The second link of a file that was
 * counted, and what is not there, are undefined. Throws `io-failed`.
 */
export function openDiskUse(directory: string): (path: TreePath) => number | undefined {
  const counted = new Set<string>()
  return (path) => {
    const place = hostPath(directory, path)
    try {
      const { dev, ino, nlink, blocks } = lstatSync(place)
      const key = `${dev}:${ino}`
      if (nlink > 1 && counted.has(key)) return undefined
      counted.add(key)
      return Math.ceil(blocks / 2)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
      throw failed('look at', place.toString(), error)
    }
  }
}
