/** One 512-byte header block of a tar archive: POSIX ustar, GNU and version 7. Source: POSIX.1-2017 pax, GNU tar's tar.h. */

export const blockBytes = 512

export interface TarHeader {
  /** Prefix and name put together, as stored. */
  readonly path: string
  readonly typeFlag: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
  readonly sizeBytes: number
  readonly linkName: string
}

export type HeaderReading =
  | { readonly kind: 'header'; readonly header: TarHeader }
  /** A block of zeros: the end of the archive. */
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly reason: string }

/** Reads the block at `offset`; `buffer` must hold it whole. */
export function parseTarHeader(buffer: Buffer, offset: number): HeaderReading {
  const sum = checksum(buffer, offset)
  if (sum === 8 * 0x20 && isZeroBlock(buffer, offset)) return { kind: 'end' }
  const stored = parseNumber(buffer, offset + 148, 8)
  // Some old programs added signed bytes.
  if (stored !== sum && stored !== sum - 256 * countHighBytes(buffer, offset))
    return fault('the header checksum is wrong: no tar archive, or a damaged one')

  const mode = parseNumber(buffer, offset + 100, 8)
  const sizeBytes = parseNumber(buffer, offset + 124, 12)
  const mtime = parseNumber(buffer, offset + 136, 12)
  if (mode === undefined || mode < 0) return fault('the mode is no number')
  if (sizeBytes === undefined) return fault('the size is no number')
  if (mtime === undefined) return fault('the time is no number')

  const name = parseText(buffer, offset, 100)
  // GNU's own format (magic "ustar  ") keeps other things where ustar keeps the prefix.
  const isUstar = buffer.toString('latin1', offset + 257, offset + 263) === 'ustar\0'
  const prefix = isUstar ? parseText(buffer, offset + 345, 155) : ''
  return {
    kind: 'header',
    header: {
      path: prefix === '' ? name : `${prefix}/${name}`,
      typeFlag: String.fromCharCode(buffer[offset + 156] ?? 0),
      mode: mode & 0o7777,
      // Nothing depends on the owner, and archives with owners that do not fit are about.
      uid: parseNumber(buffer, offset + 108, 8) ?? 0,
      gid: parseNumber(buffer, offset + 116, 8) ?? 0,
      mtime,
      sizeBytes,
      linkName: parseText(buffer, offset + 157, 100),
    },
  }
}

function fault(reason: string): HeaderReading {
  return { kind: 'fault', reason }
}

/** Sum of all bytes, those of the checksum itself counted as blanks. */
function checksum(buffer: Buffer, offset: number): number {
  let sum = 8 * 0x20
  for (let index = offset; index < offset + 148; index++) sum += buffer[index] ?? 0
  for (let index = offset + 156; index < offset + blockBytes; index++) sum += buffer[index] ?? 0
  return sum
}

function countHighBytes(buffer: Buffer, offset: number): number {
  let count = 0
  for (let index = 0; index < blockBytes; index++)
    if ((buffer[offset + index] ?? 0) > 127 && (index < 148 || index >= 156)) count++
  return count
}

function isZeroBlock(buffer: Buffer, offset: number): boolean {
  for (let index = 0; index < blockBytes; index++) if (buffer[offset + index] !== 0) return false
  return true
}

function parseText(buffer: Buffer, start: number, length: number): string {
  let end = start
  while (end < start + length && buffer[end] !== 0) end++
  return buffer.toString('latin1', start, end)
}

/**
 * Octal digits with blanks and NUL around them, or base 256 where the first bit is set. Empty is 0; undefined where it is
 * no number or more than a double holds exactly.
 */
function parseNumber(buffer: Buffer, start: number, length: number): number | undefined {
  if ((buffer[start] ?? 0) & 0x80) return parseBase256(buffer, start, length)
  let index = start
  const end = start + length
  while (index < end && buffer[index] === 0x20) index++
  let value = 0
  for (; index < end; index++) {
    const digit = (buffer[index] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  for (; index < end; index++) if (buffer[index] !== 0x20 && buffer[index] !== 0) return undefined
  return value
}

function parseBase256(buffer: Buffer, start: number, length: number): number | undefined {
  const first = buffer[start] ?? 0
  if (first !== 0x80 && first !== 0xff) return undefined
  let value = first === 0xff ? -1 : 0
  for (let index = start + 1; index < start + length; index++) value = value * 256 + (buffer[index] ?? 0)
  return Number.isSafeInteger(value) ? value : undefined
}
