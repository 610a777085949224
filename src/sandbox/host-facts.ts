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
    /** Whether an ordinary user (this one; for root: nobody) can make one; else why not. */
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
    /** Why a mount as root is refused; undefined where it works or was not tried. */
    readonly refused: string | undefined
    readonly refusedInUserNamespace: string | undefined
  }
  readonly sysroot: SysrootSetting
}

export interface HostQuestions {
  readonly sysroot: SysrootSetting
  readonly userName: string
  readonly userId: number
  readonly searchPath: string
  /** An empty directory on the file system of layers and builds; the caller removes it. */
  readonly scratch: string
}

const purpose = 'look at what this host offers'

/** Asks; changes nothing outside of `scratch`. */
export async function readHostFacts(questions: HostQuestions): Promise<HostFacts> {
  const { userId, searchPath, sysroot } = questions
  const isRoot = userId === 0
  const unshare = await askVersion('unshare', searchPath)
  const setpriv = await askVersion('setpriv', searchPath)
  const unshareWith = async (...options: readonly string[]): Promise<string | undefined> =>
    await attempt([...(isRoot ? ['setpriv', '--reuid=65534', '--clear-groups'] : []), 'unshare', ...options, 'true'])
  return {
    isRoot,
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
      refused: unshare === undefined ? undefined : await unshareWith(...userOptions.single),
      maximum: readNumber('/proc/sys/user/max_user_namespaces'),
      unprivilegedClone: readNumber('/proc/sys/kernel/unprivileged_userns_clone'),
      apparmorRestricts: readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    },
    idRange: {
      hasPrograms: ['newuidmap', 'newgidmap'].every((name) => findProgram([name], searchPath) !== undefined),
      lackingIn: ['/etc/subuid', '/etc/subgid'].filter((file) => !hasRange(tryReadControl(file) ?? '', questions)),
      works: !isRoot && unshare !== undefined && (await unshareWith(...userOptions.range)) === undefined,
    },
    overlay: await tryOverlays(questions.scratch, { isRoot, canTry: unshare !== undefined }),
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
    return status === 0 ? undefined : stderr.trim().slice(0, 300) || `status ${status}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function readNumber(path: string): number | undefined {
  const text = tryReadControl(path)?.trim()
  return text === undefined || !/^\d{1,15}$/.test(text) ? undefined : Number(text)
}

/** `name:100000:65536`, with the user's name or number (subuid(5)). */
function hasRange(text: string, { userName, userId }: HostQuestions): boolean {
  return text.split('\n').some((line) => {
    const [owner, , count] = line.split(':')
    return (owner === userName || owner === String(userId)) && Number(count) > 0
  })
}

/** Merges two empty directories, read-only as layers are: as this user would, and in a user namespace. */
async function tryOverlays(
  scratch: string,
  { isRoot, canTry }: { readonly isRoot: boolean; readonly canTry: boolean },
): Promise<HostFacts['overlay']> {
  for (const name of ['one', 'two', 'merged']) makeDirectory(join(scratch, name))
  const mount = ['mount', '-t', 'overlay', 'overlay', '-o', 'ro,lowerdir=one:two', 'merged']
  const direct = ['unshare', '--mount', '--propagation', 'private', '--', ...mount]
  const inside = ['unshare', '--user', '--map-root-user', '--mount', '--', ...mount]
  return {
    refused: canTry && isRoot ? await attempt(direct, scratch) : undefined,
    refusedInUserNamespace: canTry ? await attempt(inside, scratch) : undefined,
    // After the attempts: the kernel may load it only then.
    isListed: /^nodev\toverlay$/m.test(tryReadControl('/proc/filesystems') ?? ''),
  }
}
