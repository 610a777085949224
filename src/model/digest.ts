import { hash } from 'node:crypto'
import { encodeMessage, type Field } from './protobuf.ts'

/** Content by its SHA-256 and size, as the Remote Execution API names it. */
export interface Digest {
  /** Lower-case hexadecimal. */
  readonly hash: string
  readonly sizeBytes: number
}

export function digestOf(bytes: Uint8Array | string): Digest {
  const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return { hash: hash('sha256', content, 'hex'), sizeBytes: content.length }
}

/** `<hash>/<size>`, as clients of that API write it. */
export function printDigest({ hash: hex, sizeBytes }: Digest): string {
  return `${hex}/${sizeBytes}`
}

export function parseDigest(text: string): Digest | undefined {
  const [, hex, size] = /^([0-9a-f]{64})\/(\d{1,15})$/.exec(text) ?? []
  return hex === undefined ? undefined : { hash: hex, sizeBytes: Number(size) }
}

/** The message `Digest`. */
export function encodeDigest({ hash: hex, sizeBytes }: Digest): Buffer {
  const fields: Field[] = [
    [1, hex],
    [2, sizeBytes],
  ]
  return encodeMessage(fields)
}
