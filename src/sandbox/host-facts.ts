import { join } from 'node:path'
import type { SysrootSetting } from '../model/sysroot-setting.ts'
import { landlockAbi } from '../native/landlock.ts'
import { tryReadControl } from '../system/control-file.ts'
import { makeDirectory } from '../system/files.ts'
import { findProgram, run } from '../system/process.ts'
import { type CgroupParent, findCgroupParents, mountedHierarchies } from './cgroup.ts'
import { userOptions } from './host.ts'

/** What `kith doctor` asks the kernel and util-linux; judged by judgeHost(). */
export interface HostFacts {
  readonly isRoot: boolean
  /** Empty for a user whom /etc/passwd does not name. */
  readonly userName: string
  /** `6.18.5-arch1`. */
  readonly kernelRelease: string
  readonly landlockAbi: number
  /** Text of /sys/kernel/security/lsm; undefined where securityfs is not mounted. */
  readonly securityModules: string | undefined
  /** Text of seccomp's actions_avail; undefined where the kernel has none. */
  readonly seccompActions: string | undefined
  readonly cgroups: readonly CgroupParent[]
  /** Versions of cgroups that are mounted. */
  readonly cgroupVersions: readonly (1 | 2)[]
  /** What `--version` prints; undefined where the program is missing. */
  readonly unshare: string | undefined
  readonly setpriv: string | undefined
  readonly userNamespaces: {
    /** Whether it was tried: needs the programs of util-linux. */
    readonly isTried: boolean
    /** Why an ordinary user (this one; for root: nobody) cannot make one; undefined where they can. */
    readonly refused: string | undefined
    readonly maximum: number | undefined
    readonly unprivilegedClone: number | undefined
    readonly apparmorRestricts: number | undefined
  }
  readonly idRange: {
    readonly hasPrograms: boolean
    /** Files that lack this user. */
    readonly lackingIn: readonly string[]
    readonly works: boolean
  }
  readonly overlay: {
    readonly isListed: boolean
    readonly isTried: boolean
    /** Why a mount as root is refused; undefined where it works or was not tried, as for an ordinary user. */
    readonly refused: string | undefined
    readonly refusedInUserNamespace: string | undefined
  }
  readonly sysroot: SysrootSetting
}

export interface HostQuestions {
  readonly sysroot: SysrootSetting
  readonly userId: number
  readonly searchPath: string
  /** An empty directory on the file system of layers and builds, which the caller removes; undefined: none can be made. */
  readonly scratch: string | undefined
}

const purpose = 'look at what this host offers'

/** Asks; changes nothing outside of `scratch`. */
export async function readHostFacts(questions: HostQuestions): Promise<HostFacts> {
  const { userId, searchPath, sysroot } = questions
  const isRoot = userId === 0
  const userName = nameOf(userId, tryReadControl('/etc/passwd') ?? '')
  const unshare = await askVersion('unshare', searchPath)
  const setpriv = await askVersion('setpriv', searchPath)
  const canTry = [unshare, setpriv].every((version) => version?.includes('util-linux'))
  const unshareWith = async (...options: readonly string[]): Promise<string | undefined> =>
    await attempt([...(isRoot ? ['setpriv', '--reuid=65534', '--clear-groups'] : []), 'unshare', ...options, 'true'])
  return {
    isRoot,
    userName,
    kernelRelease: (tryReadControl('/proc/sys/kernel/osrelease') ?? '').trim(),
    landlockAbi: landlockAbi(),
    securityModules: tryReadControl('/sys/kernel/security/lsm')?.trim(),
    seccompActions:
      tryReadControl('/proc/sys/kernel/seccomp/actions_avail')?.trim() ??
      /^Seccomp:.*$/m.exec(tryReadControl('/proc/self/status') ?? '')?.[0],
    cgroups: findCgroupParents(),
    cgroupVersions: [...new Set(mountedHierarchies().map(({ version }) => version))].sort(),
    unshare,
    setpriv,
    userNamespaces: {
      isTried: canTry,
      refused: canTry ? await unshareWith(...userOptions.single) : undefined,
      maximum: readNumber('/proc/sys/user/max_user_namespaces'),
      unprivilegedClone: readNumber('/proc/sys/kernel/unprivileged_userns_clone'),
      apparmorRestricts: readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    },
    idRange: {
      hasPrograms: ['newuidmap', 'newgidmap'].every((name) => findProgram([name], searchPath) !== undefined),
      lackingIn: ['/etc/subuid', '/etc/subgid'].filter(
        (file) => !hasRange(tryReadControl(file) ?? '', [userName, String(userId)]),
      ),
      works: !isRoot && canTry && (await unshareWith(...userOptions.range)) === undefined,
    },
    overlay: await tryOverlays(canTry ? questions.scratch : undefined, isRoot),
    sysroot,
  }
}

async function askVersion(program: string, searchPath: string): Promise<string | undefined> {
  if (findProgram([program], searchPath) === undefined) return undefined
  const { stdout, stderr } = await run([program, '--version'], purpose, { env: { PATH: searchPath, LC_ALL: 'C' } })
  return (stdout + stderr).trim().slice(0, 300)
}

/** Undefined where the command succeeds, else what it says. */
async function attempt(argv: readonly string[], cwd?: string): Promise<string | undefined> {
  const env = { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C' }
  try {
    const { status, stderr } = await run(argv, purpose, { env, ...(cwd === undefined ? {} : { cwd }) })
    const [reason = ''] = stderr.trim().split('\n')
    return status === 0 ? undefined : reason.slice(0, 200) || `status ${status}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function readNumber(path: string): number | undefined {
  const text = tryReadControl(path)?.trim()
  return text === undefined || !/^\d{1,15}$/.test(text) ? undefined : Number(text)
}

/** In the text of /etc/passwd; empty for a user whom it does not name. */
function nameOf(userId: number, passwd: string): string {
  const line = passwd.split('\n').find((one) => one.split(':')[2] === String(userId))
  return line?.split(':')[0] ?? ''
}

/** `name:100000:65536`, with the user's name or number (subuid(5)). */
function hasRange(text: string, owners: readonly string[]): boolean {
  return text.split('\n').some((line) => {
    const [owner = '', , count] = line.split(':')
    return owner !== '' && owners.includes(owner) && Number(count) > 0
  })
}

/** Merges two empty directories, read-only as layers are: as this user would, and in a user namespace. */
async function tryOverlays(scratch: string | undefined, isRoot: boolean): Promise<HostFacts['overlay']> {
  for (const name of ['one', 'two', 'merged']) if (scratch !== undefined) makeDirectory(join(scratch, name))
  const mount = ['mount', '-t', 'overlay', 'overlay', '-o', 'ro,lowerdir=one:two', 'merged']
  const direct = ['unshare', '--mount', '--propagation', 'private', '--', ...mount]
  const inside = ['unshare', '--user', '--map-root-user', '--mount', '--', ...mount]
  return {
    isTried: scratch !== undefined,
    refused: scratch !== undefined && isRoot ? await attempt(direct, scratch) : undefined,
    refusedInUserNamespace: scratch === undefined ? undefined : await attempt(inside, scratch),
    // After the attempts: the kernel may load it only then.
    isListed: /^nodev\toverlay$/m.test(tryReadControl('/proc/filesystems') ?? ''),
  }
}
