import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
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

/**
 * Counts what is at a path, with all below it, takes on the disk, in bytes: blocks, not lengths, and each file once however many
 * links it has. What goes away meanwhile counts for nothing. Throws `io-failed`.
 */
export function openTreeUse(): (path: string) => number {
  const counted = new Set<string>()
  const measure = (path: string): number => {
    try {
      const info = lstatSync(path)
      const key = `${info.dev}:${info.ino}`
      if (counted.has(key)) return 0
      if (info.nlink > 1) counted.add(key)
      const own = info.blocks * 512
      if (!info.isDirectory()) return own
      return readdirSync(path).reduce((sum, name) => sum + measure(join(path, name)), own)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')) return 0
      throw failed('look at', path, error)
    }
  }
  return measure
}
