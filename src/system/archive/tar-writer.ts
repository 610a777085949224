import { noXattrs, type Xattrs } from '../file-xattrs.ts'
import { printXattrRecords } from './member-xattrs.ts'
import { printPaxRecords } from './pax-records.ts'
import { blockBytes } from './tar-header.ts'

export interface WrittenMember {
  /** Bytes (latin1); directories end in `/`. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo'
  readonly mode: number
  /** Whole seconds. */
  readonly mtime: number
  /** 0 for all but files. */
  readonly sizeBytes: number
  readonly linkName: string
  readonly xattrs?: Xattrs | undefined
}

/**
 * Header blocks of one member: ustar, owner root, with a pax header before it only for what ustar cannot hold. The content
 * follows, padded by `tarPadding`. Source: POSIX.1-2017 pax.
 */
export function tarHeader(member: WrittenMember): Buffer {
  const split = splitPath(member.path)
  const records: [string, string][] = []
  if (split === undefined) records.push(['path', member.path])
  if (member.linkName.length > 100) records.push(['linkpath', member.linkName])
  if (member.sizeBytes > largestOctal) records.push(['size', String(member.sizeBytes)])
  if (member.mtime < 0 || member.mtime > largestOctal) records.push(['mtime', String(member.mtime)])
  records.push(...printXattrRecords(member.xattrs ?? noXattrs))

  const { prefix, name } = split ?? { prefix: '', name: member.path.slice(0, 100) }
  const block = ustarBlock({ ...member, prefix, name, typeFlag: typeFlags[member.type] })
  return records.length === 0 ? block : Buffer.concat([paxHeader(records), block])
}

/** Zeros that must follow `sizeBytes` of content. */
export function tarPadding(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes
}

/** Two blocks of zeros. */
export const tarEndBytes = 2 * blockBytes

const largestOctal = 0o77777777777

const typeFlags = { file: '0', hardlink: '1', symlink: '2', directory: '5', fifo: '6' } as const

function paxHeader(records: readonly (readonly [string, string])[]): Buffer {
  const text = printPaxRecords(records)
  const header = ustarBlock({
    prefix: '',
    name: '././@PaxHeader',
    typeFlag: 'x',
    mode: 0o644,
    mtime: 0,
    sizeBytes: text.length,
    linkName: '',
  })
  return Buffer.concat([header, Buffer.from(text, 'latin1'), Buffer.alloc(tarPadding(text.length))])
}

/** Into at most 155 and 100 bytes at a slash; undefined where that cannot be done. */
function splitPath(path: string): { readonly prefix: string; readonly name: string } | undefined {
  if (path.length <= 100) return { prefix: '', name: path }
  // The name must keep something before a slash at its end.
  const slash = path.indexOf('/', path.length - 101)
  if (slash < 1 || slash > 155 || slash >= path.length - 1) return undefined
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) }
}

interface UstarFields {
  readonly prefix: string
  readonly name: string
  readonly typeFlag: string
  readonly mode: number
  readonly mtime: number
  readonly sizeBytes: number
  readonly linkName: string
}

function ustarBlock({ prefix, name, typeFlag, mode, mtime, sizeBytes, linkName }: UstarFields): Buffer {
  const block = Buffer.from(blankBlock)
  let sum = blankSum
  sum += writeText(block, name, 0)
  sum += writeOctal(block, mode, 100, 7)
  sum += writeOctal(block, sizeBytes, 124, 11)
  sum += writeOctal(block, mtime, 136, 11)
  sum += writeText(block, typeFlag, 156)
  if (linkName !== '') sum += writeText(block, linkName.slice(0, 100), 157)
  if (prefix !== '') sum += writeText(block, prefix, 345)
  writeOctal(block, sum, 148, 6)
  block[155] = 0x20
  return block
}

/** What is the same in every header; fields that are written later hold zeros. */
const blankBlock = Buffer.alloc(blockBytes)
const zero = '0000000\0'
blankBlock.write(`${zero}${zero}`, 108, 'latin1')
blankBlock.write('ustar\x0000root', 257, 'latin1')
blankBlock.write('root', 297, 'latin1')
blankBlock.write(`${zero}${zero}`, 329, 'latin1')
/** The checksum's own bytes count as blanks. */
const blankSum = blankBlock.reduce((sum, byte) => sum + byte, 8 * 0x20)

/** Gives the sum of the bytes written. */
function writeText(block: Buffer, bytes: string, offset: number): number {
  let sum = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes.charCodeAt(index)
    block[offset + index] = byte
    sum += byte
  }
  return sum
}

/** What does not fit is 0, and said in a pax record. Gives the sum of the bytes written. */
function writeOctal(block: Buffer, value: number, offset: number, digits: number): number {
  let rest = value >= 0 && value <= largestOctal ? value : 0
  let sum = 0
  for (let index = offset + digits - 1; index >= offset; index--) {
    const byte = 0x30 + (rest % 8)
    rest = Math.floor(rest / 8)
    block[index] = byte
    sum += byte
  }
  return sum
}
