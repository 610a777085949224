/** A section of an ELF file with what it holds; nothing for those that take no room in the file (.bss). */
export interface ElfSection {
  readonly name: string
  readonly content: Uint8Array
}

const mostSections = 20_000

/** The sections of an ELF file in its order (ELF-64, System V ABI chapter 4); undefined where it is none, or not whole. */
export function readSections(file: Uint8Array): ElfSection[] | undefined {
  if (Buffer.from(file.buffer, file.byteOffset, Math.min(4, file.length)).toString('latin1') !== '\x7fELF')
    return undefined
  try {
    return read(new DataView(file.buffer, file.byteOffset, file.byteLength), file)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function read(view: DataView, file: Uint8Array): ElfSection[] | undefined {
  const is64 = view.getUint8(4) === 2
  const isLittle = view.getUint8(5) === 1
  const word = (offset: number): number =>
    is64 ? Number(view.getBigUint64(offset, isLittle)) : view.getUint32(offset, isLittle)
  const tableOffset = word(is64 ? 0x28 : 0x20)
  const entryBytes = view.getUint16(is64 ? 0x3a : 0x2e, isLittle)
  const count = view.getUint16(is64 ? 0x3c : 0x30, isLittle)
  const namesIndex = view.getUint16(is64 ? 0x3e : 0x32, isLittle)
  if (tableOffset === 0 || count === 0 || count > mostSections || entryBytes < (is64 ? 64 : 40)) return undefined
  const entry = (index: number) => {
    const at = tableOffset + index * entryBytes
    const noBits = 8
    const offset = word(at + (is64 ? 0x18 : 0x10))
    const sizeBytes = view.getUint32(at + 4, isLittle) === noBits ? 0 : word(at + (is64 ? 0x20 : 0x14))
    if (offset + sizeBytes > file.length) throw new RangeError('a section ends after the file')
    return { name: view.getUint32(at, isLittle), content: file.subarray(offset, offset + sizeBytes) }
  }
  const names = Buffer.from(entry(namesIndex).content)
  let totalBytes = 0
  return Array.from({ length: count }, (_, index) => {
    const { name, content } = entry(index)
    totalBytes += content.length
    // Sections of an honest file do not lie upon one another.
    if (totalBytes > 2 * file.length) throw new RangeError('sections overlap')
    const end = names.indexOf(0, name)
    return { name: names.subarray(name, end === -1 ? names.length : end).toString('latin1'), content }
  })
}
