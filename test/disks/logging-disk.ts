import * as fs from 'node:fs'
import { mount, mountFlags } from '../../src/native/mount.ts'
import { printWrite } from './disk-writes.ts'

/**
 * A process that shows the file `image` as `disk` in a directory, for a loop device to be on, and writes to `log` every write and every
 * flush that comes to it, in order: a disk that can tell what it had when. What is written to the file `mark` goes into the log too.
 * Speaks the kernel's protocol itself (linux/fuse.h). Ends when the directory is unmounted.
 *
 *     bun test/disks/logging-disk.ts DIRECTORY IMAGE LOG
 */
const [directory = '', imagePath = '', logPath = ''] = process.argv.slice(2)

const opcodes = {
  lookup: 1,
  forget: 2,
  getAttributes: 3,
  open: 14,
  read: 15,
  write: 16,
  release: 18,
  sync: 20,
  flush: 25,
  init: 26,
  interrupt: 36,
  forgetMany: 42,
} as const

const nodes = { root: 1n, disk: 2n, mark: 3n } as const
const noEntry = -2
const noSuchCall = -38
const headerBytes = 40
const mostWritten = 1 << 17

const image = fs.openSync(imagePath, 'r+')
const log = fs.openSync(logPath, 'a')
const sizeBytes = BigInt(fs.fstatSync(image).size)
const device = fs.openSync('/dev/fuse', 'r+')
mount({
  source: 'kith-test',
  target: directory,
  type: 'fuse',
  flags: mountFlags.noSetuid | mountFlags.noDevices,
  data: `fd=${device},rootmode=40000,user_id=0,group_id=0`,
})

interface Request {
  readonly opcode: number
  readonly node: bigint
  readonly body: Buffer
}

const buffer = Buffer.alloc(mostWritten + (1 << 16))
for (;;) {
  const length = receive()
  if (length === undefined) break
  const unique = buffer.readBigUInt64LE(8)
  const request = {
    opcode: buffer.readUInt32LE(4),
    node: buffer.readBigUInt64LE(16),
    body: buffer.subarray(headerBytes, length),
  }
  if ([opcodes.forget, opcodes.forgetMany, opcodes.interrupt].some((one) => one === request.opcode)) continue
  const answer = answerTo(request)
  const head = Buffer.alloc(16)
  const body = typeof answer === 'number' ? Buffer.alloc(0) : answer
  head.writeUInt32LE(head.length + body.length, 0)
  head.writeInt32LE(typeof answer === 'number' ? answer : 0, 4)
  head.writeBigUInt64LE(unique, 8)
  fs.writeSync(device, Buffer.concat([head, body]))
}

/** Undefined once the directory is unmounted. */
function receive(): number | undefined {
  for (;;)
    try {
      return fs.readSync(device, buffer, 0, buffer.length, null)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'ENODEV') return undefined
      if (code !== 'EINTR' && code !== 'ENOENT' && code !== 'EAGAIN') throw error
    }
}

/** The answer's bytes, or an error's number. */
function answerTo({ opcode, node, body }: Request): Buffer | number {
  switch (opcode) {
    case opcodes.init:
      return initAnswer(body)
    case opcodes.lookup: {
      const name = body.subarray(0, body.indexOf(0)).toString()
      const found = name === 'disk' ? nodes.disk : name === 'mark' ? nodes.mark : undefined
      return found === undefined ? noEntry : Buffer.concat([longs(found, 0n, 1000n, 1000n, 0n), attributes(found)])
    }
    case opcodes.getAttributes:
      return Buffer.concat([longs(1000n, 0n), attributes(node)])
    case opcodes.open: {
      const direct = 1n
      return longs(0n, node === nodes.mark ? direct : 0n)
    }
    case opcodes.read:
      return node === nodes.disk ? readDisk(Number(body.readBigUInt64LE(8)), body.readUInt32LE(16)) : Buffer.alloc(0)
    case opcodes.write:
      return write(node, Number(body.readBigUInt64LE(8)), body.subarray(headerBytes))
    case opcodes.sync:
      fs.writeSync(log, printWrite({ kind: 'flush' }))
      return 0
    case opcodes.flush:
    case opcodes.release:
      return 0
    default:
      return noSuchCall
  }
}

function initAnswer(body: Buffer): Buffer {
  const bigWrites = 1 << 5
  const answer = Buffer.alloc(64)
  answer.writeUInt32LE(7, 0)
  answer.writeUInt32LE(31, 4)
  answer.writeUInt32LE(body.readUInt32LE(8), 8)
  answer.writeUInt32LE(body.readUInt32LE(12) & bigWrites, 12)
  answer.writeUInt32LE(mostWritten, 20)
  answer.writeUInt32LE(1, 24)
  return answer
}

function attributes(node: bigint): Buffer {
  const isDirectory = node === nodes.root
  const answer = Buffer.alloc(88)
  answer.writeBigUInt64LE(node, 0)
  answer.writeBigUInt64LE(node === nodes.disk ? sizeBytes : 0n, 8)
  answer.writeBigUInt64LE(node === nodes.disk ? sizeBytes >> 9n : 0n, 16)
  answer.writeUInt32LE(isDirectory ? 0o040700 : 0o100600, 60)
  answer.writeUInt32LE(isDirectory ? 2 : 1, 64)
  answer.writeUInt32LE(4096, 80)
  return answer
}

function readDisk(offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, fs.readSync(image, bytes, 0, length, offset))
}

function write(node: bigint, offset: number, bytes: Buffer): Buffer {
  if (node === nodes.disk) {
    fs.writeSync(image, bytes, 0, bytes.length, offset)
    fs.writeSync(log, printWrite({ kind: 'write', offset, bytes }))
  } else fs.writeSync(log, printWrite({ kind: 'mark', index: Number(bytes.toString()) }))
  return longs(BigInt(bytes.length))
}

function longs(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, index * 8)
  return bytes
}
