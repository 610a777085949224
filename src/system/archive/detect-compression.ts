import { readSync } from 'node:fs'
import type { Compression } from '../../model/artifact-name.ts'
import { failed } from '../failure.ts'

const magics: readonly (readonly [Compression, string])[] = [
  ['gz', '1f8b'],
  ['bz2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['zst', '28b52ffd'],
  ['lz', '4c5a4950'],
]

/** How an open file is compressed by its first bytes; undefined where they do not tell (tar itself, lzma). Throws `io-failed`. */
export function detectCompression(fd: number, path: string): Compression | undefined {
  const start = Buffer.alloc(6)
  try {
    readSync(fd, start, 0, start.length, 0)
  } catch (error) {
    throw failed('read', path, error)
  }
  const hex = start.toString('hex')
  return magics.find(([, magic]) => hex.startsWith(magic))?.[0]
}
