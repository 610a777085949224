/** Bytes that can be read at any place: a file by its handle, or a buffer. */
export interface ByteSource {
  readonly sizeBytes: number
  /** May give fewer bytes at the end; never called for more than 64 KiB at once. */
  readonly read: (offset: number, length: number) => Uint8Array
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }
}

/** Exactly `length` bytes, or undefined where they are not all inside. */
export function readWithin(source: ByteSource, offset: number, length: number): DataView | undefined {
  const isInside =
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    length >= 0 &&
    length <= 1 << 16 &&
    offset + length <= source.sizeBytes
  if (!isInside) return undefined
  const bytes = source.read(offset, length)
  return bytes.length < length ? undefined : new DataView(bytes.buffer, bytes.byteOffset, length)
}
