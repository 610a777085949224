import { encodeMessage } from './protobuf.ts'

/** Content by its SHA-256 and size, as the Remote Execution API names it. */
export interface Digest {
  /** Lower-case hexadecimal. */
  readonly hash: string
  readonly sizeBytes: number
}

/** Of bytes that are kept as latin1. */
export function digestOf(bytes: string): Digest {
  return { hash: new Bun.CryptoHasher('sha256').update(bytes, 'latin1').digest('hex'), sizeBytes: bytes.length }
}

/** `<hash>/<size>`, as clients of that API write it. */
export function printDigest({ hash, sizeBytes }: Digest): string {
  return `${hash}/${sizeBytes}`
}

export function parseDigest(text: string): Digest | undefined {
  const [, hash, size] = /^([0-9a-f]{64})\/(\d{1,15})$/.exec(text) ?? []
  return hash === undefined ? undefined : { hash, sizeBytes: Number(size) }
}

/** The message `Digest`, bytes as latin1. */
export function encodeDigest({ hash, sizeBytes }: Digest): string {
  return encodeMessage([
    [1, hash],
    [2, sizeBytes],
  ])
}
