import { dirname } from 'node:path'
import type { Checksum } from '../model/checksums.ts'
import { digestFile } from '../system/digests.ts'
import { fileInfo, isFile, makeDirectory, readText, writeFileAtomic } from '../system/files.ts'
import { cacheKey } from './cache-path.ts'
import { parseJsonObject, textField } from './json-fields.ts'
import { redactUrls } from './redact-urls.ts'

export interface CachedFile {
  readonly path: string
  readonly recordPath: string
  readonly url: string
  readonly checksum?: Checksum | undefined
}

/**
 * Whether the cached file is what the recipe asks for: it came from this URL, or it has the wanted checksum, or nobody
 * wrote down where it came from (sh kiss fetched it). Throws `io-failed`.
 */
export async function isCached(cached: CachedFile): Promise<boolean> {
  if (!isFile(cached.path)) return false
  const urlKey = recordedUrlKey(cached)
  if (urlKey === undefined || urlKey === cacheKey(cached.url)) return true
  if (!(await hasChecksum(cached.path, cached.checksum))) return false
  writeCacheRecord(cached)
  return true
}

/** Whether the file's content has this checksum; false where there is none to compare with. */
export async function hasChecksum(path: string, checksum: Checksum | undefined): Promise<boolean> {
  if (checksum === undefined || checksum.algorithm === 'skip') return false
  const { algorithm, hex } = checksum
  return (await digestFile(path, [algorithm]))[algorithm] === hex
}

/** Writes down where the cached file came from: `{"url":"https://…","urlKey":"…","sizeBytes":1,"mtimeMs":2}`. */
export function writeCacheRecord({ path, recordPath, url }: CachedFile): void {
  const info = fileInfo(path)
  if (info === undefined) return
  makeDirectory(dirname(recordPath))
  const { sizeBytes, mtimeMs } = info
  writeFileAtomic(recordPath, JSON.stringify({ url: redactUrls(url), urlKey: cacheKey(url), sizeBytes, mtimeMs }))
}

/** Undefined: nothing was written down, or about another file that lay there before. */
function recordedUrlKey({ path, recordPath }: CachedFile): string | undefined {
  const fields = isFile(recordPath) ? parseJsonObject(readText(recordPath)) : undefined
  const info = fileInfo(path)
  if (fields === undefined || fields.sizeBytes !== info?.sizeBytes || fields.mtimeMs !== info?.mtimeMs) return undefined
  return textField(fields, 'urlKey')
}
