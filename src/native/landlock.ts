import { address, check, cString, libc } from './libc.ts'

/**
 * Landlock: a process gives up rights to files, ports and processes, for itself and all it starts. Numbers from linux/landlock.h; the
 * three calls have the same numbers on every processor.
 */
const createRuleset = 444
const addRule = 445
const restrictSelfCall = 446

const read = { execute: 1n << 0n, readFile: 1n << 2n, readDirectory: 1n << 3n } as const
/** Rights to change something, by the ABI that brought them. */
const refer = 1n << 13n
const truncate = 1n << 14n
const ioctlDevice = 1n << 15n
const makeAndRemove = 0b1_1111_1111_0000n
const writeFile = 1n << 1n
const bindTcp = 1n << 0n
const connectTcp = 1n << 1n
/** Scopes. */
const abstractSockets = 1n << 0n
const signals = 1n << 1n

/** Highest ABI of the running kernel; 0 where Landlock is missing or switched off. */
export function landlockAbi(): number {
  const abi = Number(libc().syscall(createRuleset, 0, 0, 1, 0, 0))
  return Math.max(0, abi)
}

export interface LandlockRule {
  readonly path: string
  /**
   * `read`: read and execute. `read-file`: the same for a path that is no directory. `write`: everything but device nodes. `write-file`: the same for a path that is no directory.
   * `device`: use what is there, make nothing.
   */
  readonly access: 'read' | 'read-file' | 'write' | 'write-file' | 'device'
}

export interface LandlockRules {
  /** Undefined: any. */
  readonly paths: readonly LandlockRule[] | undefined
  /** TCP ports that may be bound and connected to (0: bound to one that the kernel picks); undefined: any. */
  readonly ports?: readonly number[] | undefined
  /** Whether processes outside may be sent signals and reached by abstract sockets; false by default. */
  readonly reachesOutside?: boolean
}

/**
 * Restricts this thread, and every process started from it, to `rules`; rights that the running ABI does not know are left
 * out. Needs no_new_privs or CAP_SYS_ADMIN. Throws KernelError.
 */
export function restrictSelf({ paths, ports, reachesOutside = false }: LandlockRules, abi: number): void {
  const handled = paths === undefined ? 0n : handledRights(abi)
  const attribute = Buffer.alloc(24)
  attribute.writeBigUInt64LE(handled, 0)
  const size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8
  const hasPorts = abi >= 4 && ports !== undefined
  if (hasPorts) attribute.writeBigUInt64LE(bindTcp | connectTcp, 8)
  if (abi >= 6 && !reachesOutside) attribute.writeBigUInt64LE(abstractSockets | signals, 16)
  if (attribute.every((byte) => byte === 0)) return
  const ruleset = check(
    libc().syscall(createRuleset, address(attribute), size, 0, 0, 0),
    'landlock_create_ruleset',
    `(ABI ${abi})`,
  )
  try {
    for (const rule of paths ?? []) addPathRule(ruleset, rule, handled)
    if (hasPorts) addPortRules(ruleset, ports)
    check(libc().syscall(restrictSelfCall, ruleset, 0, 0, 0, 0), 'landlock_restrict_self', '')
  } finally {
    libc().close(ruleset)
  }
}

function handledRights(abi: number): bigint {
  let rights = read.execute | read.readFile | read.readDirectory | writeFile | makeAndRemove
  if (abi >= 2) rights |= refer
  if (abi >= 3) rights |= truncate
  if (abi >= 5) rights |= ioctlDevice
  return rights
}

function addPathRule(ruleset: number, rule: LandlockRule, handled: bigint): void {
  const makeDevices = (1n << 6n) | (1n << 11n)
  const everyRead = read.execute | read.readFile | read.readDirectory
  const rights = {
    read: everyRead,
    'read-file': read.execute | read.readFile,
    write: everyRead | writeFile | (makeAndRemove & ~makeDevices) | refer | truncate | ioctlDevice,
    'write-file': read.execute | read.readFile | writeFile | truncate | ioctlDevice,
    device: everyRead | writeFile | truncate | ioctlDevice,
  }[rule.access]
  const openPathOnly = 0o10000000
  const parent = check(libc().open(cString(rule.path), openPathOnly, 0), 'open', rule.path)
  try {
    const attribute = Buffer.alloc(12)
    attribute.writeBigUInt64LE(rights & handled, 0)
    attribute.writeInt32LE(parent, 8)
    check(libc().syscall(addRule, ruleset, 1, address(attribute), 0, 0), 'landlock_add_rule', rule.path)
  } finally {
    libc().close(parent)
  }
}

function addPortRules(ruleset: number, ports: readonly number[]): void {
  const attribute = Buffer.alloc(16)
  const place = address(attribute)
  const { syscall } = libc()
  attribute.writeBigUInt64LE(bindTcp | connectTcp, 0)
  for (const port of ports) {
    attribute.writeUInt16LE(port, 8)
    check(syscall(addRule, ruleset, 2, place, 0, 0), 'landlock_add_rule', `port ${port}`)
  }
}
