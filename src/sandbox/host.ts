import { KithError } from '../errors/kith-error.ts'
import type { SysrootSetting, SysrootStrategy } from '../model/sysroot-setting.ts'
import { landlockAbi } from '../native/landlock.ts'
import { requireProgram, run } from '../system/process.ts'
import { type CgroupParent, type Controller, findCgroupParents } from './cgroup.ts'
import { chooseStrategy } from './sysroot-strategy.ts'

/** How the ids of a sandbox without root relate to the host's. */
export type UserMapping =
  /** Root asks: no user namespace. */
  | 'none'
  /** Root inside is the user outside; there is nobody else. */
  | 'single'
  /** The same, and further ids come from the user's range in /etc/subuid. */
  | 'range'

/** What this host has for sandboxes; asked once, by requireSandbox(). */
export interface SandboxHost {
  /** 0: none. */
  readonly landlockAbi: number
  readonly userMapping: UserMapping
  readonly cgroups: readonly CgroupParent[]
  /** How layers are merged. */
  readonly sysroot: SysrootStrategy
}

/** Options of unshare(1): what makes an ordinary user root of a user namespace, and of nothing else. */
export const userOptions: Readonly<Record<UserMapping, readonly string[]>> = {
  none: [],
  single: ['--user', '--map-root-user'],
  range: ['--user', '--map-root-user', '--map-auto'],
}

/**
 * What this host offers to sandboxes. Throws where none can be made: `program-missing`, and for an ordinary user
 * `user-namespaces-refused` where the kernel does not let one be root of a world of their own.
 */
export async function requireSandbox(sysroot: SysrootSetting = 'auto'): Promise<SandboxHost> {
  const purpose = 'make the sandbox that builds run in (util-linux)'
  for (const program of ['setpriv', 'unshare']) requireProgram(program, purpose)
  return {
    landlockAbi: landlockAbi(),
    userMapping: await findUserMapping(purpose),
    cgroups: findCgroupParents(),
    sysroot: await chooseStrategy(sysroot),
  }
}

async function findUserMapping(purpose: string): Promise<UserMapping> {
  if (process.getuid?.() === 0) return 'none'
  const attempt = async (mapping: UserMapping) =>
    await run([requireProgram('unshare', purpose), ...userOptions[mapping], 'true'], purpose, { env: process.env })
  // Without newuidmap, or without a range of this user, it fails.
  if ((await attempt('range')).status === 0) return 'range'
  const { status, stderr } = await attempt('single')
  if (status === 0) return 'single'
  throw new KithError('user-namespaces-refused', { reason: stderr.trim() || `status ${status}` })
}

export function hasController({ cgroups }: Pick<SandboxHost, 'cgroups'>, controller: Controller): boolean {
  return cgroups.some(({ controllers }) => controllers.includes(controller))
}

/** What each Landlock ABI brought that restricts something, as a person would name it. */
const landlockGains: readonly (readonly [abi: number, what: string])[] = [
  [2, 'moving files between directories'],
  [3, 'truncating files'],
  [4, 'TCP ports'],
  [5, 'device control'],
  [6, 'signals and abstract sockets'],
]

/** What Landlock of this ABI (1 or later) cannot restrict. */
export function landlockLacks(abi: number): string[] {
  return landlockGains.filter(([since]) => since > abi).map(([, what]) => what)
}

/** What a person should know about sandboxes on this kernel. */
export function hostWarnings({ landlockAbi: abi }: Pick<SandboxHost, 'landlockAbi'>): string[] {
  if (abi <= 0)
    return ['this kernel has no Landlock: builds are confined by namespaces, read-only mounts and seccomp alone']
  const missing = landlockLacks(abi)
  if (missing.length === 0) return []
  return [
    `Landlock of this kernel (ABI ${abi}) does not know ${missing.join(', ')}: other protections stand there alone`,
  ]
}
