/**
 * What `security.capability` of a file holds: which capabilities a program gets. Source: linux/capability.h (struct
 * vfs_cap_data, little-endian): revision and effective bit, then two pairs of 32 bits, permitted and inheritable; revision 3
 * adds the user whose namespaces it counts in.
 */
export interface FileCapability {
  readonly permitted: bigint
  readonly inheritable: bigint
  readonly isEffective: boolean
  /** The user that must be root of a user namespace for this to count; 0: it counts everywhere. */
  readonly rootId: number
}

const revision2 = { magic: 0x0200_0000, bytes: 20 } as const
const revision3 = { magic: 0x0300_0000, bytes: 24 } as const
const effectiveBit = 1

/** Reads the bytes (latin1) of the attribute; undefined where they are not well-formed. */
export function parseFileCapability(value: string): FileCapability | undefined {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length !== revision2.bytes && bytes.length !== revision3.bytes) return undefined
  const word = (index: number): number => bytes.readUInt32LE(4 * index)
  const wide = (index: number): bigint => BigInt(word(index)) | (BigInt(word(index + 2)) << 32n)
  const isEffective = (word(0) & effectiveBit) !== 0
  const revision = word(0) - (isEffective ? effectiveBit : 0)
  if (revision !== (bytes.length === revision2.bytes ? revision2 : revision3).magic) return undefined
  const rootId = bytes.length === revision3.bytes ? word(5) : 0
  return { permitted: wide(1), inheritable: wide(2), isEffective, rootId }
}

/** The bytes (latin1) in revision 2, which has no root id. */
export function printFileCapability({ permitted, inheritable, isEffective }: Omit<FileCapability, 'rootId'>): string {
  const bytes = Buffer.alloc(revision2.bytes)
  bytes.writeUInt32LE(revision2.magic + (isEffective ? effectiveBit : 0), 0)
  for (const [index, set] of [permitted, inheritable].entries()) {
    bytes.writeUInt32LE(Number(set & 0xffff_ffffn), 4 + 4 * index)
    bytes.writeUInt32LE(Number(set >> 32n), 12 + 4 * index)
  }
  return bytes.toString('latin1')
}

/** As setcap takes it: `cap_net_admin,cap_net_raw+ep`; empty where it gives nothing. */
export function describeFileCapability({ permitted, inheritable, isEffective, rootId }: FileCapability): string {
  const byFlags = new Map<string, string[]>()
  for (let number = 0; number < 64; number++) {
    const has = (set: bigint): boolean => ((set >> BigInt(number)) & 1n) === 1n
    if (!has(permitted) && !has(inheritable)) continue
    const flags = `${isEffective ? 'e' : ''}${has(inheritable) ? 'i' : ''}${has(permitted) ? 'p' : ''}`
    const name = capabilityNames[number]
    byFlags.set(flags, [...(byFlags.get(flags) ?? []), name === undefined ? String(number) : `cap_${name}`])
  }
  const clauses = [...byFlags].map(([flags, names]) => {
    const isAll = capabilityNames.every((name) => names.includes(`cap_${name}`))
    return `${isAll ? 'all' : names.join(',')}+${flags}`
  })
  if (clauses.length > 0 && rootId !== 0) clauses.push(`[rootid=${rootId}]`)
  return clauses.join(' ')
}

/** By number, from linux/capability.h. */
const capabilityNames = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'linux_immutable',
  'net_bind_service',
  'net_broadcast',
  'net_admin',
  'net_raw',
  'ipc_lock',
  'ipc_owner',
  'sys_module',
  'sys_rawio',
  'sys_chroot',
  'sys_ptrace',
  'sys_pacct',
  'sys_admin',
  'sys_boot',
  'sys_nice',
  'sys_resource',
  'sys_time',
  'sys_tty_config',
  'mknod',
  'lease',
  'audit_write',
  'audit_control',
  'setfcap',
  'mac_override',
  'mac_admin',
  'syslog',
  'wake_alarm',
  'block_suspend',
  'audit_read',
  'perfmon',
  'bpf',
  'checkpoint_restore',
] as const
