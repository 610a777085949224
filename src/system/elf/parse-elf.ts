import { type ByteSource, bytesSource, readWithin } from './byte-source.ts'
import { type DynamicSection, readDynamicSection } from './elf-dynamic.ts'
import { type ElfLayout, elfLayouts, hasSymbolTable, readSegments, readText } from './elf-layout.ts'

/** An ELF file as far as a package manager needs to know it. Source: System V ABI, chapters 4 and 5; elf(5). */
export interface ElfFile extends DynamicSection {
  readonly class: 32 | 64
  readonly byteOrder: 'little' | 'big'
  readonly type: 'relocatable' | 'executable' | 'shared' | 'other'
  /** `e_machine`: 62 is x86-64, 183 AArch64. */
  readonly machine: number
  /** Path of the program loader. */
  readonly interpreter: string | undefined
  readonly isStripped: boolean
}

export type ElfReading =
  | { readonly kind: 'elf'; readonly elf: ElfFile }
  | { readonly kind: 'no-elf' }
  /** It says that it is ELF, but what it says is impossible. */
  | { readonly kind: 'damaged'; readonly reason: string }

/**
 * Reads header, segments and dynamic section; sections are not needed. Never throws for what is in the file, looks at no
 * byte outside, and its work is bounded whatever the file says.
 */
export function parseElf(input: Uint8Array | ByteSource): ElfReading {
  const source = input instanceof Uint8Array ? bytesSource(input) : input
  const ident = readWithin(source, 0, 16)
  if (ident === undefined || ident.getUint32(0) !== 0x7f454c46) return { kind: 'no-elf' }
  const layout = elfLayouts[ident.getUint8(4)]
  const encoding = ident.getUint8(5)
  if (layout === undefined || (encoding !== 1 && encoding !== 2)) return damaged('its class or byte order is unknown')
  const isLittle = encoding === 1
  const header = readWithin(source, 0, layout.headerBytes)
  if (header === undefined) return damaged('it ends inside its header')

  const machine = header.getUint16(18, isLittle)
  const type = types[header.getUint16(16, isLittle)] ?? 'other'
  const file: ElfInput = { source, layout, isLittle, header }
  const segments = readSegments(file)
  if (typeof segments === 'string') return damaged(segments)
  const dynamic = readDynamicSection(file, segments)
  if (typeof dynamic === 'string') return damaged(dynamic)
  const interpreter = segments.find(({ type: kind }) => kind === 3)
  return {
    kind: 'elf',
    elf: {
      class: layout.class,
      byteOrder: isLittle ? 'little' : 'big',
      type,
      machine,
      interpreter: interpreter && readText(source, interpreter.offset, interpreter.fileBytes),
      isStripped: !hasSymbolTable(file),
      ...dynamic,
    },
  }
}

/** What the parts of the parser share. */
export interface ElfInput {
  readonly source: ByteSource
  readonly layout: ElfLayout
  readonly isLittle: boolean
  readonly header: DataView
}

const types: Readonly<Record<number, ElfFile['type']>> = { 1: 'relocatable', 2: 'executable', 3: 'shared' }

function damaged(reason: string): ElfReading {
  return { kind: 'damaged', reason }
}
