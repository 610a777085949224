/**
 * As much of the protocol buffers' wire format as messages need that are hashed (https://protobuf.dev/programming-guides/encoding/): in the
 * order of their numbers, with what has its default value left out, so that equal messages are equal bytes.
 */
export function encodeMessage(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = []
  for (const [number, value] of fields) {
    if (typeof value === 'number') {
      if (value !== 0) parts.push(varint(number << 3), varint(value))
      continue
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    parts.push(varint((number << 3) | 2), varint(bytes.length), bytes)
  }
  return Buffer.concat(parts)
}

/** A number, bytes, or text (UTF-8). Text and bytes that are empty are written: leave those out that stand for nothing. */
export type Field = readonly [number: number, value: number | string | Buffer]

/** Up to 2^53. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}
