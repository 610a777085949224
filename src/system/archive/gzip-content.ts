import { gunzipSync } from 'node:zlib'

/** What a gzip file holds; undefined where it is none, is damaged, or holds more than `mostBytes`. */
export function gzipContent(file: Uint8Array, mostBytes: number): Uint8Array | undefined {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return undefined
  try {
    return gunzipSync(file, { maxOutputLength: mostBytes })
  } catch {
    return undefined
  }
}
