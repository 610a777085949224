import { readBootId } from '../../system/boot-id.ts'
import { isFile, readText, removeTree, writeFileAtomic } from '../../system/files.ts'
import { type GrowingFile, openGrowingFile } from '../../system/growing-file.ts'
import { parseJsonObject, textField } from '../json-fields.ts'

/** What tells one version of a remote file from another (RFC 9110, 8.8). */
export interface Validator {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

/**
 * An unfinished download: `<path>` holds the bytes, `<path>.json` says what they are part of. It stays when disposed of,
 * so that a later run can go on with it, unless it was finished or dropped. The caller holds the lock of the source.
 */
export interface PartialDownload extends Disposable {
  readonly path: string
  readonly sizeBytes: number
  /** Of the bytes that are there; undefined: not known, so nothing can be resumed. */
  readonly validator: Validator | undefined
  startAnew(validator: Validator): void
  append(bytes: Uint8Array): void
  /** All bytes are there: keeps the file, drops the rest. */
  finish(): void
}

/** Throws `io-failed`. Bytes of another URL, and bytes that a power cut may have spoilt, are dropped. */
export function openPartialDownload(path: string, urlKey: string): PartialDownload {
  const recordPath = `${path}.json`
  const file = openGrowingFile(path)
  const bootId = readBootId()
  const earlier = readPartialRecord(recordPath)
  const usableBytes = earlier?.urlKey !== urlKey ? 0 : earlier.bootId === bootId ? file.sizeBytes : earlier.syncedBytes
  if (usableBytes !== file.sizeBytes) file.truncate(Math.min(usableBytes, file.sizeBytes))
  let validator: Validator | undefined = usableBytes === 0 ? undefined : earlier?.validator
  let isOpen = true

  const writeRecord = (syncedBytes: number) =>
    writeFileAtomic(recordPath, JSON.stringify({ urlKey, bootId, syncedBytes, ...validator }))
  return {
    path,
    get sizeBytes() {
      return file.sizeBytes
    },
    get validator() {
      return validator
    },
    startAnew(fresh) {
      file.truncate(0)
      validator = fresh
      writeRecord(0)
    },
    append: (bytes) => file.append(bytes),
    finish() {
      isOpen = false
      file.close()
      removeTree(recordPath)
    },
    [Symbol.dispose]() {
      if (!isOpen) return
      isOpen = false
      leave(file, path, writeRecord)
    },
  }
}

/** Forgets what was received: another place had the file. */
export function dropPartialDownload(path: string): void {
  removeTree(path)
  removeTree(`${path}.json`)
}

function leave(file: GrowingFile, path: string, writeRecord: (syncedBytes: number) => void): void {
  const { sizeBytes } = file
  if (sizeBytes > 0) file.sync()
  file.close()
  if (sizeBytes > 0) writeRecord(sizeBytes)
  else dropPartialDownload(path)
}

interface PartialRecord {
  readonly urlKey: string
  readonly bootId: string
  /** How much was certainly on the disk. */
  readonly syncedBytes: number
  readonly validator: Validator
}

function readPartialRecord(path: string): PartialRecord | undefined {
  const fields = isFile(path) ? parseJsonObject(readText(path)) : undefined
  const urlKey = textField(fields, 'urlKey')
  const bootId = textField(fields, 'bootId')
  const syncedBytes = fields?.syncedBytes
  if (urlKey === undefined || bootId === undefined || typeof syncedBytes !== 'number') return undefined
  const validator = { etag: textField(fields, 'etag'), lastModified: textField(fields, 'lastModified') }
  return { urlKey, bootId, syncedBytes, validator }
}
