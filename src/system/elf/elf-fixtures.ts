/** For the tests beside: builds small ELF files of any class and byte order. */

export interface ElfRecipe {
  readonly class: 32 | 64
  readonly byteOrder: 'little' | 'big'
  /** `e_type`; 3 is shared. */
  readonly type?: number
  readonly machine?: number
  readonly needed?: readonly string[]
  readonly soname?: string
  readonly rpath?: string
  readonly runpath?: string
  readonly interpreter?: string
}

/** Header, segments (dynamic before loaded, as some linkers do), dynamic section, strings; no sections. */
export function buildElf(recipe: ElfRecipe): Uint8Array {
  const isLittle = recipe.byteOrder === 'little'
  const is64 = recipe.class === 64
  const bytes = new Uint8Array(8192)
  const view = new DataView(bytes.buffer)
  const word = (offset: number, value: number): void => {
    if (is64) view.setBigUint64(offset, BigInt(value), isLittle)
    else view.setUint32(offset, value, isLittle)
  }
  const half = (offset: number, value: number): void => view.setUint16(offset, value, isLittle)
  const wordBytes = is64 ? 8 : 4
  const headerBytes = is64 ? 64 : 52
  const segmentBytes = is64 ? 56 : 32
  const [dynamicOffset, interpreterOffset, stringOffset] = [1024, 3000, 4096]
  const baseAddress = 0x400000

  const strings = new Map<string, number>([['', 0]])
  let stringBytes = 1
  const text = (value: string, offset: number): void => {
    for (let index = 0; index < value.length; index++) bytes[offset + index] = value.charCodeAt(index)
  }
  const string = (value: string): number => {
    const known = strings.get(value)
    if (known !== undefined) return known
    const at = stringBytes
    text(value, stringOffset + at)
    stringBytes += value.length + 1
    strings.set(value, at)
    return at
  }
  const entries: [number, number][] = (recipe.needed ?? []).map((name) => [1, string(name)])
  if (recipe.soname !== undefined) entries.push([14, string(recipe.soname)])
  if (recipe.rpath !== undefined) entries.push([15, string(recipe.rpath)])
  if (recipe.runpath !== undefined) entries.push([29, string(recipe.runpath)])
  entries.push([5, baseAddress + stringOffset], [10, stringBytes], [0, 0])
  entries.forEach(([tag, value], index) => {
    word(dynamicOffset + index * 2 * wordBytes, tag)
    word(dynamicOffset + (index * 2 + 1) * wordBytes, value)
  })
  text(recipe.interpreter ?? '', interpreterOffset)

  text('\x7fELF', 0)
  bytes.set([is64 ? 2 : 1, isLittle ? 1 : 2, 1], 4)
  half(16, recipe.type ?? 3)
  half(18, recipe.machine ?? 62)
  word(is64 ? 32 : 28, headerBytes)
  half(is64 ? 54 : 42, segmentBytes)
  half(is64 ? 56 : 44, 3)
  const segment = (index: number, type: number, offset: number, size: number): void => {
    const at = headerBytes + index * segmentBytes
    view.setUint32(at, type, isLittle)
    word(at + (is64 ? 8 : 4), offset)
    word(at + (is64 ? 16 : 8), baseAddress + offset)
    word(at + (is64 ? 32 : 16), size)
  }
  segment(0, 2, dynamicOffset, entries.length * 2 * wordBytes)
  segment(1, recipe.interpreter === undefined ? 0 : 3, interpreterOffset, (recipe.interpreter ?? '').length + 1)
  segment(2, 1, 0, bytes.length)
  return bytes
}
