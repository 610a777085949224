import { readWithin } from './byte-source.ts'
import { readText, type Segment } from './elf-layout.ts'
import type { ElfInput } from './parse-elf.ts'

/** What the program loader is told. Names are bytes (latin1). */
export interface DynamicSection {
  readonly needed: readonly string[]
  readonly soname: string | undefined
  /** As stored, elements between colons. */
  readonly rpath: string | undefined
  readonly runpath: string | undefined
}

const mostEntries = 16_384
const mostNeeded = 2048
const tags = { end: 0, needed: 1, stringTable: 5, stringBytes: 10, soname: 14, rpath: 15, runpath: 29 } as const

/** Reads PT_DYNAMIC; empty for static files. A text says why it cannot be read. */
export function readDynamicSection(file: ElfInput, segments: readonly Segment[]): DynamicSection | string {
  const empty: DynamicSection = { needed: [], soname: undefined, rpath: undefined, runpath: undefined }
  const dynamic = segments.find(({ type }) => type === 2)
  if (dynamic === undefined || dynamic.fileBytes === 0) return empty
  const entries = readEntries(file, dynamic)
  if (typeof entries === 'string') return entries
  const isUsed = entries.some(({ tag }) => textTags.has(tag))
  if (!isUsed) return empty

  const address = lastValue(entries, tags.stringTable)
  const tableBytes = lastValue(entries, tags.stringBytes)
  const table = address === undefined ? undefined : fileOffset(segments, address)
  if (table === undefined || tableBytes === undefined) return 'its dynamic section has no string table'
  const text = (value: number): string | undefined => readText(file.source, table + value, tableBytes - value)
  const needed: string[] = []
  for (const { tag, value } of entries) {
    if (tag !== tags.needed) continue
    const name = text(value)
    if (name === undefined || needed.length === mostNeeded) return 'a library it needs has an impossible name'
    needed.push(name)
  }
  const one = (tag: number): string | undefined => {
    const value = lastValue(entries, tag)
    return value === undefined ? undefined : text(value)
  }
  return { needed, soname: one(tags.soname), rpath: one(tags.rpath), runpath: one(tags.runpath) }
}

const textTags: ReadonlySet<number> = new Set([tags.needed, tags.soname, tags.rpath, tags.runpath])

interface DynamicEntry {
  readonly tag: number
  readonly value: number
}

function readEntries({ source, layout, isLittle }: ElfInput, dynamic: Segment): readonly DynamicEntry[] | string {
  const entries: DynamicEntry[] = []
  const count = Math.min(Math.floor(dynamic.fileBytes / layout.dynamicBytes), mostEntries)
  for (let index = 0; index < count; index++) {
    const view = readWithin(source, dynamic.offset + index * layout.dynamicBytes, layout.dynamicBytes)
    if (view === undefined) return 'its dynamic section lies outside of it'
    const tag = layout.word(view, 0, isLittle)
    if (tag === tags.end) break
    entries.push({ tag, value: layout.word(view, layout.dynamicBytes / 2, isLittle) })
  }
  return entries
}

function lastValue(entries: readonly DynamicEntry[], wanted: number): number | undefined {
  return entries.findLast(({ tag }) => tag === wanted)?.value
}

/** Where in the file the loaded address comes from. */
function fileOffset(segments: readonly Segment[], address: number): number | undefined {
  const segment = segments.find(
    ({ type, address: start, fileBytes }) => type === 1 && address >= start && address - start < fileBytes,
  )
  return segment === undefined ? undefined : segment.offset + (address - segment.address)
}
