import { expect, test } from 'bun:test'
import { callRules, compileFilter, type Processor, stageRules } from './seccomp-filter.ts'

const architectures = { x64: 0xc000_003e, arm64: 0xc000_00b7, i386: 0x4000_0003, arm: 0x4000_0028 } as const
const allowed = 0x7fff_0000
const killed = 0x8000_0000
const refused = (errno: number): number => 0x0005_0000 | errno

/** What the kernel would do: classic BPF as far as seccomp takes it, run on struct seccomp_data. */
function decide(
  program: Uint8Array,
  architecture: number,
  number: number,
  ...callArguments: readonly bigint[]
): number {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number >>> 0, 0)
  data.writeUInt32LE(architecture, 4)
  for (const [index, value] of callArguments.entries()) data.writeBigUInt64LE(value, 16 + 8 * index)
  const code = Buffer.from(program)
  let accumulator = 0
  for (let at = 0; ; at++) {
    const [operation, ifTrue, ifFalse] = [
      code.readUInt16LE(at * 8),
      code.readUInt8(at * 8 + 2),
      code.readUInt8(at * 8 + 3),
    ]
    const operand = code.readUInt32LE(at * 8 + 4)
    const jump = (holds: boolean): void => {
      at += holds ? ifTrue : ifFalse
    }
    if (operation === 0x20) accumulator = data.readUInt32LE(operand)
    else if (operation === 0x15) jump(accumulator === operand)
    else if (operation === 0x35) jump(accumulator >= operand)
    else if (operation === 0x45) jump((accumulator & operand) !== 0)
    else if (operation === 0x06) return operand
    else throw new Error(`instruction ${operation} at ${at}`)
  }
}

const processors: readonly Processor[] = ['x64', 'arm64']

for (const processor of processors) {
  const program = compileFilter(processor)
  const call = (number: number, ...values: readonly bigint[]): number =>
    decide(program, architectures[processor], number, ...values)
  const numberOf = (name: string): number => {
    const number = callRules.find((rule) => rule.call === name)?.numbers[processor]
    if (number === undefined) throw new Error(`no rule for ${name}`)
    return number
  }

  test(`${processor}: every call without a condition is refused, whatever its arguments`, () => {
    const plain = callRules.filter(({ when, numbers }) => when === undefined && numbers[processor] !== undefined)

    expect(plain.length).toBeGreaterThan(40)
    for (const { numbers, errno } of plain) expect(call(numbers[processor] ?? -1, 1n, 2n)).toBe(refused(errno))
  })

  test(`${processor}: what builds live by is allowed`, () => {
    const ordinary = {
      x64: [0, 1, 2, 9, 59, 60, 61, 62, 257, 90, 161, 133, 317, 444],
      arm64: [63, 64, 56, 222, 221, 93, 260, 129, 53, 51, 33, 277, 444],
    }
    for (const number of ordinary[processor]) expect(call(number)).toBe(allowed)
  })

  test(`${processor}: no new namespace, but threads and processes`, () => {
    const SIGCHLD = 17n
    const [clone, unshare] = [numberOf('clone'), numberOf('unshare')]
    for (const bit of [17, 25, 26, 27, 28, 29, 30]) {
      expect(call(clone, (1n << BigInt(bit)) | SIGCHLD)).toBe(refused(1))
      expect(call(unshare, 1n << BigInt(bit))).toBe(refused(1))
    }
    expect(call(unshare, 0x80n)).toBe(refused(1))
    expect(call(clone, SIGCHLD)).toBe(allowed)
    expect(call(clone, 0x3d0f00n)).toBe(allowed)
    expect(call(unshare, 0x400n)).toBe(allowed)
    expect(call(numberOf('clone3'))).toBe(refused(38))
  })

  test(`${processor}: typing into a terminal is refused also with rubbish in the upper half of the argument`, () => {
    const ioctl = numberOf('ioctl')
    expect(call(ioctl, 0n, 0x5412n)).toBe(refused(1))
    expect(call(ioctl, 0n, 0xdead_0000_5412n)).toBe(refused(1))
    expect(call(ioctl, 0n, 0x541cn)).toBe(refused(1))
    expect(call(ioctl, 0n, 0x5401n)).toBe(allowed)
  })

  test(`${processor}: attaching to a process is refused, being traced by one's parent is not`, () => {
    const ptrace = numberOf('ptrace')
    expect([16n, 0x4206n].map((request) => call(ptrace, request))).toEqual([refused(1), refused(1)])
    expect(call(ptrace, 0n)).toBe(allowed)
  })

  test(`${processor}: sockets of the four families that namespaces hold, and no others`, () => {
    const socket = numberOf('socket')
    for (const family of [1n, 2n, 10n, 16n]) expect(call(socket, family)).toBe(allowed)
    for (const family of [0n, 17n, 38n, 40n, 44n]) expect(call(socket, family)).toBe(refused(97))
  })

  test(`${processor}: other ABIs of the processor are closed`, () => {
    for (const other of Object.values(architectures).filter((one) => one !== architectures[processor]))
      for (const number of [0, 1, 20, 39]) expect(decide(program, other, number)).toBe(killed)
    expect(call(0x4000_0000)).toBe(refused(38))
    expect(call(0x4000_0000 + numberOf('mount'))).toBe(refused(38))
  })

  test(`${processor}: fits what the kernel takes`, () => {
    expect(program.length % 8).toBe(0)
    expect(program.length / 8).toBeLessThan(4096)
  })
}

for (const processor of processors)
  test(`${processor}: who unpacks changes nothing by a path, has no sockets, and lacks what builds lack`, () => {
    const program = compileFilter(processor, stageRules)
    const call = (number: number | undefined, ...values: readonly bigint[]): number =>
      decide(program, architectures[processor], number ?? -1, ...values)
    const present = stageRules.filter(({ numbers }) => numbers[processor] !== undefined)
    const unix = 1n

    expect(present.length).toBeGreaterThan(10)
    for (const { numbers } of present) expect(call(numbers[processor], unix)).toBe(refused(1))
    expect(call(callRules.find((rule) => rule.call === 'mount')?.numbers[processor])).toBe(refused(1))
    // openat, fchmod, fchown, fsetxattr, utimensat, linkat, symlinkat, mkdirat, mknodat, unlinkat, execve, socketpair.
    const needed = {
      x64: [257, 91, 93, 190, 280, 265, 266, 258, 259, 263, 59, 53],
      arm64: [56, 52, 55, 7, 88, 37, 36, 34, 33, 35, 221, 199],
    }
    for (const number of needed[processor]) expect(call(number)).toBe(allowed)
  })
