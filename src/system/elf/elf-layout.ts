import { type ByteSource, readWithin } from './byte-source.ts'
import type { ElfInput } from './parse-elf.ts'

/** Where the fields are in files of 32 and of 64 bits. Source: elf(5). */
export interface ElfLayout {
  readonly class: 32 | 64
  readonly headerBytes: number
  readonly segmentTable: number
  readonly sectionTable: number
  /** Size and number of segment entries, then of section entries: four half words. */
  readonly tableSizes: number
  readonly segmentBytes: number
  readonly sectionBytes: number
  readonly segment: { readonly offset: number; readonly address: number; readonly fileBytes: number }
  readonly dynamicBytes: number
  /** An address, offset or word of the class. */
  readonly word: (view: DataView, offset: number, isLittle: boolean) => number
}

/** By the class byte of the header. */
export const elfLayouts: Readonly<Record<number, ElfLayout>> = {
  1: {
    class: 32,
    headerBytes: 52,
    segmentTable: 28,
    sectionTable: 32,
    tableSizes: 42,
    segmentBytes: 32,
    sectionBytes: 40,
    segment: { offset: 4, address: 8, fileBytes: 16 },
    dynamicBytes: 8,
    word: (view, offset, isLittle) => view.getUint32(offset, isLittle),
  },
  2: {
    class: 64,
    headerBytes: 64,
    segmentTable: 32,
    sectionTable: 40,
    tableSizes: 54,
    segmentBytes: 56,
    sectionBytes: 64,
    segment: { offset: 8, address: 16, fileBytes: 32 },
    dynamicBytes: 16,
    // Numbers too large to be exact are far outside any file; they fail the range checks.
    word: (view, offset, isLittle) => Number(view.getBigUint64(offset, isLittle)),
  },
}

export interface Segment {
  /** 1 is loaded, 2 the dynamic section, 3 the interpreter's path. */
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly fileBytes: number
}

const mostSegments = 1024

/** The program header table, in its order; a text says why it cannot be read. */
export function readSegments({ source, layout, isLittle, header }: ElfInput): readonly Segment[] | string {
  const table = layout.word(header, layout.segmentTable, isLittle)
  const entryBytes = header.getUint16(layout.tableSizes, isLittle)
  const count = header.getUint16(layout.tableSizes + 2, isLittle)
  if (table === 0 || count === 0) return []
  if (entryBytes < layout.segmentBytes || count > mostSegments) return 'its segment table is impossible'
  const segments: Segment[] = []
  for (let index = 0; index < count; index++) {
    const view = readWithin(source, table + index * entryBytes, layout.segmentBytes)
    if (view === undefined) return 'its segment table lies outside of it'
    segments.push({
      type: view.getUint32(0, isLittle),
      offset: layout.word(view, layout.segment.offset, isLittle),
      address: layout.word(view, layout.segment.address, isLittle),
      fileBytes: layout.word(view, layout.segment.fileBytes, isLittle),
    })
  }
  return segments
}

/** Whether there is a section of type SHT_SYMTAB: what `strip` removes. */
export function hasSymbolTable({ source, layout, isLittle, header }: ElfInput): boolean {
  const table = layout.word(header, layout.sectionTable, isLittle)
  const entryBytes = header.getUint16(layout.tableSizes + 4, isLittle)
  const count = header.getUint16(layout.tableSizes + 6, isLittle)
  if (table === 0 || entryBytes < layout.sectionBytes) return false
  for (let index = 0; index < count; index++) {
    const view = readWithin(source, table + index * entryBytes, 8)
    if (view === undefined) return false
    if (view.getUint32(4, isLittle) === 2) return true
  }
  return false
}

const longestText = 4096

/** Bytes (latin1) from `offset` up to a NUL; undefined where none comes within `limit` bytes, or 4096. */
export function readText(source: ByteSource, offset: number, limit: number): string | undefined {
  const length = Math.min(limit, longestText, source.sizeBytes - offset)
  const view = length > 0 ? readWithin(source, offset, length) : undefined
  if (view === undefined) return undefined
  let text = ''
  for (let index = 0; index < length; index++) {
    const byte = view.getUint8(index)
    if (byte === 0) return text
    text += String.fromCharCode(byte)
  }
  return undefined
}
