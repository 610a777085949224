import { isKithError } from '../errors/kith-error.ts'
import { bytesText, childPath } from '../model/tree-path.ts'
import { fileInfo, readLatin1, writeFileAtomic } from '../system/files.ts'
import type { HandleEntry } from '../system/tree-handle.ts'
import { statePath } from './state-directory.ts'

/**
 * Hashes that were taken before, by what changes with a file: device and inode, size, time of its content, time of its status. It is a
 * cache: anybody may delete it.
 */
export interface VerifyCache {
  /** The hash of a file that is as it was then. */
  readonly get: (entry: HandleEntry) => string | undefined
  readonly set: (entry: HandleEntry, sha256: string) => void
  /** Writes what is new, for the next time; `isWhole`: what was not asked for is gone. Whoever may not write there does without. */
  readonly save: (isWhole: boolean) => void
}

export function openVerifyCache(root: string): VerifyCache {
  const file = root + bytesText(childPath(statePath(root), 'verified'))
  const known = readCache(file)
  const used = new Map<string, string>()
  let isChanged = false
  return {
    get: (entry) => {
      const key = keyOf(entry)
      const hash = known.get(key)
      if (hash !== undefined) used.set(key, hash)
      return hash
    },
    set: (entry, sha256) => {
      // A change in the same moment would leave the same times.
      if (Date.now() - entry.ctimeMs < settledMs) return
      used.set(keyOf(entry), sha256)
      isChanged = true
    },
    save: (isWhole) => {
      if (!isChanged) return
      const all = isWhole ? used : new Map([...known, ...used])
      const text = [...all].map(([key, hash]) => `${hash} ${key}\n`).join('')
      try {
        writeFileAtomic(file, text, 0o600)
      } catch (error) {
        if (!isKithError(error, 'io-failed')) throw error
      }
    },
  }
}

const settledMs = 2000

function keyOf({ device, inode, sizeBytes, mtimeMs, ctimeMs }: HandleEntry): string {
  return `${device} ${inode} ${sizeBytes} ${mtimeMs} ${ctimeMs}`
}

function readCache(file: string): Map<string, string> {
  const known = new Map<string, string>()
  if (fileInfo(file) === undefined) return known
  for (const line of readLatin1(file).split('\n'))
    if (/^[0-9a-f]{64} ./.test(line)) known.set(line.slice(65), line.slice(0, 64))
  return known
}
