import * as fs from 'node:fs'

/** What a disk was told. */
export type DiskWrite =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  /** All that was written before is on the medium when this is answered. */
  | { readonly kind: 'flush' }
  /** Nothing to the disk: where whoever wrote to it was then. */
  | { readonly kind: 'mark'; readonly index: number }

const kinds = ['write', 'flush', 'mark'] as const
const headBytes = 13

/** A byte for its kind, eight for the offset or the mark, four for how many bytes follow. */
export function printWrite(one: DiskWrite): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt8(kinds.indexOf(one.kind), 0)
  if (one.kind === 'flush') return head
  head.writeBigUInt64LE(BigInt(one.kind === 'write' ? one.offset : one.index), 1)
  if (one.kind === 'mark') return head
  head.writeUInt32LE(one.bytes.length, 9)
  return Buffer.concat([head, one.bytes])
}

export function readWrites(file: string): DiskWrite[] {
  const log = fs.readFileSync(file)
  const writes: DiskWrite[] = []
  for (let at = 0; at < log.length; ) {
    const kind = kinds[log.readUInt8(at)]
    const number = Number(log.readBigUInt64LE(at + 1))
    const length = log.readUInt32LE(at + 9)
    const bytes = log.subarray(at + headBytes, at + headBytes + length)
    if (kind === 'write') writes.push({ kind, offset: number, bytes })
    else if (kind === 'mark') writes.push({ kind, index: number })
    else writes.push({ kind: 'flush' })
    at += headBytes + length
  }
  return writes
}

/** What is on the medium when power is cut. */
export interface PowerCut {
  /** How much of the log had happened. */
  readonly at: number
  /** The last mark by then, -1 where there was none. */
  readonly mark: number
  /** What to write to the disk as it was at first. */
  readonly writes: readonly { readonly offset: number; readonly bytes: Uint8Array }[]
}

export type Keeps = 'all' | 'none' | 'some'

/** What a disk writes whole or not at all; btrfs relies on that for its superblock, and today's disks do. */
const sectorBytes = 4096

/**
 * A cut after `at` entries: all that was flushed is there, and of what came later all, nothing, or any part by chance, single sectors
 * of a write too.
 */
export function cutPower(log: readonly DiskWrite[], at: number, keeps: Keeps, next: () => number): PowerCut {
  const flushed = log.findLastIndex((one, index) => index < at && one.kind === 'flush')
  const likely = next()
  const writes: { offset: number; bytes: Uint8Array }[] = []
  let mark = -1
  for (const [index, one] of log.slice(0, at).entries()) {
    if (one.kind === 'mark') mark = one.index
    if (one.kind !== 'write') continue
    if (index < flushed || keeps === 'all') writes.push(one)
    else if (keeps === 'some' && next() < likely)
      writes.push(next() < 0.7 ? one : { ...one, bytes: torn(one.bytes, next) })
  }
  return { at, mark, writes }
}

function torn(bytes: Uint8Array, next: () => number): Uint8Array {
  const sectors = Math.ceil(bytes.length / sectorBytes)
  return bytes.subarray(0, Math.floor(next() * sectors) * sectorBytes)
}
