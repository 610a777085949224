import { dirname, join, resolve } from 'node:path'
import {
  tryMakeDirectory,
  tryReadControl,
  tryRemoveDirectory,
  tryWriteControl,
  writeControl,
} from '../system/control-file.ts'
import { readDirectory } from '../system/files.ts'

export type Controller = 'memory' | 'pids' | 'cpu'

/** A place where this process may make cgroups that limit something. */
export interface CgroupParent {
  readonly directory: string
  readonly version: 1 | 2
  readonly controllers: readonly Controller[]
}

export interface CgroupLimits {
  readonly memoryBytes: number | undefined
  readonly processes: number | undefined
  readonly cpus: number | undefined
}

/** The cgroups of one sandbox: one in version 2, one per controller in version 1. Disposing ends and removes them. */
export interface Cgroup extends Disposable {
  /** Directories; a process enters by writing `0` to each one's `cgroup.procs`. */
  readonly directories: readonly string[]
  /** Which limits were hit, so far. */
  readonly exceeded: () => ('memory' | 'processes')[]
}

const wanted: readonly Controller[] = ['memory', 'pids', 'cpu']

/**
 * Where cgroups can be had: for each controller the nearest cgroup above this process in which children can be made that have
 * it. Root finds one wherever cgroups are mounted writable; an ordinary user where a part of the tree was handed to them
 * (systemd's user sessions). On the way it removes what killed kiths left there.
 */
export function findCgroupParents(
  own = tryReadControl('/proc/self/cgroup') ?? '',
  mounts = mountedHierarchies(),
): CgroupParent[] {
  const parents: CgroupParent[] = []
  for (const line of own.split('\n')) {
    const [number, names = '', path = ''] = line.split(/:([^:]*):(.*)/s)
    const version = number === '0' && names === '' ? 2 : 1
    const hierarchy = mounts.find(
      (one) => one.version === version && names.split(',').every((name) => name === '' || one.options.includes(name)),
    )
    if (hierarchy === undefined || path === '') continue
    const candidates = version === 2 ? wanted : wanted.filter((name) => names.split(',').includes(name))
    const parent = candidates.length === 0 ? undefined : nearestParent(hierarchy, path, candidates)
    if (parent !== undefined) parents.push(parent)
  }
  // A controller is in one hierarchy at a time.
  return parents
}

/** Removes the cgroups of kiths that were killed. */
export function removeAbandonedCgroups(): void {
  // Whoever looks for a place clears it.
  findCgroupParents()
}

interface Hierarchy {
  readonly version: 1 | 2
  /** The cgroup that is mounted, as /proc/self/cgroup names it. */
  readonly root: string
  readonly mountPoint: string
  readonly options: readonly string[]
}

/** What is mounted of cgroupfs, from /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function mountedHierarchies(text = tryReadControl('/proc/self/mountinfo') ?? ''): Hierarchy[] {
  return text.split('\n').flatMap((line): Hierarchy[] => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '', mountPoint = ''] = before.split(' ')
    const [type, , options = ''] = after.split(' ')
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    return [{ version: type === 'cgroup2' ? 2 : 1, root, mountPoint, options: options.split(',') }]
  })
}

function nearestParent(hierarchy: Hierarchy, own: string, candidates: readonly Controller[]): CgroupParent | undefined {
  const { version, root, mountPoint } = hierarchy
  if (own !== root && !own.startsWith(root === '/' ? '/' : `${root}/`)) return undefined
  const top = resolve(mountPoint)
  for (
    let directory = resolve(mountPoint, `.${own.slice(root === '/' ? 0 : root.length)}`);
    ;
    directory = dirname(directory)
  ) {
    const controllers = version === 1 ? candidates : isInner(directory) ? enable(directory, candidates) : []
    if (controllers.length > 0 && canHaveChildren(directory)) return { directory, version, controllers }
    if (directory === top || directory === '/') return undefined
  }
}

/**
 * Whether a cgroup of version 2 is one for cgroups: the root, or one without processes of its own. Of one with processes the
 * kernel would take `+pids` and `+cpu`, but that makes it a threaded one, whose children no process may enter (cgroups(7)).
 */
function isInner(directory: string): boolean {
  const type = tryReadControl(join(directory, 'cgroup.type'))?.trim()
  return type === undefined || (type === 'domain' && tryReadControl(join(directory, 'cgroup.procs')) === '')
}

/** The controllers that children of this cgroup have, after asking for all. */
function enable(directory: string, candidates: readonly Controller[]): Controller[] {
  const given = (): string[] => (tryReadControl(join(directory, 'cgroup.subtree_control')) ?? '').trim().split(' ')
  const lacking = candidates.filter((name) => !given().includes(name))
  for (const name of lacking) tryWriteControl(join(directory, 'cgroup.subtree_control'), `+${name}`)
  const now = given()
  return candidates.filter((name) => now.includes(name))
}

function canHaveChildren(directory: string): boolean {
  removeAbandoned(directory)
  const probe = join(directory, `kith-${process.pid}-probe`)
  return tryMakeDirectory(probe) && tryRemoveDirectory(probe)
}

/** Makes the cgroups of one sandbox. Where there is no parent there are none, and nothing is limited. Throws `io-failed`. */
export function openCgroup(parents: readonly CgroupParent[], limits: CgroupLimits): Cgroup {
  const made: { readonly directory: string; readonly version: 1 | 2 }[] = []
  const name = `kith-${process.pid}-${counter++}`
  const remove = (): void => {
    for (const { directory } of made) removeCgroup(directory)
  }
  for (const { directory: parent, version, controllers } of parents) {
    const directory = join(parent, name)
    const settings = controllers.flatMap((controller) => setting(controller, version, limits))
    if (settings.length === 0 || !tryMakeDirectory(directory)) continue
    made.push({ directory, version })
    try {
      for (const [file, value] of settings) writeControl(join(directory, file), value)
    } catch (error) {
      remove()
      throw error
    }
  }
  return {
    directories: made.map(({ directory }) => directory),
    exceeded: () => (['memory', 'processes'] as const).filter((kind) => made.some((one) => hasHit(kind, one))),
    [Symbol.dispose]: remove,
  }
}
let counter = 0

type Setting = readonly [file: string, value: string]

function setting(controller: Controller, version: 1 | 2, { memoryBytes, processes, cpus }: CgroupLimits): Setting[] {
  const period = 100_000
  switch (controller) {
    case 'memory':
      return memoryBytes === undefined
        ? []
        : [[version === 2 ? 'memory.max' : 'memory.limit_in_bytes', String(memoryBytes)]]
    case 'pids':
      return processes === undefined ? [] : [['pids.max', String(processes)]]
    case 'cpu': {
      if (cpus === undefined) return []
      const quota = Math.max(1000, Math.round(cpus * period))
      return [version === 2 ? ['cpu.max', `${quota} ${period}`] : ['cpu.cfs_quota_us', String(quota)]]
    }
  }
}

function hasHit(kind: 'memory' | 'processes', { directory, version }: { directory: string; version: 1 | 2 }): boolean {
  const file = kind === 'processes' ? 'pids.events' : version === 2 ? 'memory.events' : 'memory.oom_control'
  const counterName = kind === 'processes' ? 'max' : 'oom_kill'
  const text = tryReadControl(join(directory, file)) ?? ''
  return text.split('\n').some((line) => new RegExp(`^${counterName} [1-9]`).test(line))
}

/** Its processes are ending or have ended: the kernel takes a moment until it lets the directory go. */
function removeCgroup(directory: string): void {
  for (let attempt = 0; !tryRemoveDirectory(directory) && attempt < 50; attempt++) {
    tryWriteControl(join(directory, 'cgroup.kill'), '1')
    Bun.sleepSync(2)
  }
}

/** Removes what a killed kith left: its number is nobody's any more. A cgroup with processes stays. */
function removeAbandoned(parent: string): void {
  for (const name of readDirectory(parent) ?? []) {
    const owner = /^kith-(\d{1,10})-(\d+|probe)$/.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) tryRemoveDirectory(join(parent, name))
  }
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
