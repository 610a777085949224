import type { BuildLimits } from '../model/build-limits.ts'
import type { SandboxDescription } from '../model/sandbox-description.ts'
import { hasController, type SandboxHost } from './host.ts'
import { loopbackPorts } from './network.ts'
import type { SandboxRequest } from './run-sandbox.ts'
import { callRules } from './seccomp-filter.ts'
import { freeBytes, memoryBytes } from './watch-limits.ts'

/** Describes what launchSandbox would do with `request` on `host`. */
export function describeSandbox(request: SandboxRequest, host: SandboxHost, limits: BuildLimits): SandboxDescription {
  const { mounts, network, command } = request
  const reads: { path: string; from: readonly string[] }[] = []
  const changes: { path: string; from: string }[] = []
  for (const mount of mounts) {
    if (mount.kind === 'overlay') reads.push({ path: mount.target, from: mount.lowers })
    if (mount.kind === 'bind' && !mount.isWritable) reads.push({ path: mount.target, from: [mount.source] })
    if (mount.kind === 'bind' && mount.isWritable) changes.push({ path: mount.target, from: mount.source })
  }
  const memory = mounts.flatMap((mount) => (mount.kind === 'tmpfs' && mount.target !== '/dev' ? [mount.target] : []))
  return {
    reads,
    changes,
    forgets: memory,
    executes: command.argv,
    network: { kind: network, ports: network === 'loopback' ? [loopbackPorts.first, loopbackPorts.last] : undefined },
    refusedCalls: callRules.map(({ call, when }) => (when === undefined ? call : `${call} (some)`)).sort(),
    environment: command.environment,
    runsAs: runsAs[host.userMapping],
    limits: describeLimits(host, limits, changes[0]?.from ?? '/'),
    lacks: lacksOf(host),
  }
}

const runsAs: Readonly<Record<SandboxHost['userMapping'], string>> = {
  none: 'root, left with power over its own files and processes alone',
  single: 'you, shown as root; nobody else exists there',
  range: 'you, shown as root; other ids are yours from /etc/subuid',
}

/** `disk`: a directory that the sandbox writes to. */
function describeLimits(host: SandboxHost, limits: BuildLimits, disk: string): SandboxDescription['limits'] {
  const described: { limit: keyof BuildLimits; most: number; by: string }[] = []
  const add = (limit: keyof BuildLimits, most: number | undefined, by: string | undefined): void => {
    if (most !== undefined && by !== undefined) described.push({ limit, most, by })
  }
  add('time', limits.time, 'kith')
  add('silence', limits.silence, 'kith')
  add('memory', memoryBytes(limits.memory), hasController(host, 'memory') ? 'cgroup' : 'setrlimit, for each process')
  const countsProcesses = host.userMapping === 'none' ? undefined : 'setrlimit'
  add('processes', limits.processes, hasController(host, 'pids') ? 'cgroup' : countsProcesses)
  add('cpus', limits.cpus, hasController(host, 'cpu') ? 'cgroup' : undefined)
  add('free', limits.free === undefined ? undefined : freeBytes(limits.free, disk), 'kith')
  return described
}

function lacksOf(host: SandboxHost): string[] {
  const lacks: string[] = []
  if (host.landlockAbi === 0) lacks.push('Landlock')
  else if (host.landlockAbi < 6) lacks.push(`the rights that Landlock got after ABI ${host.landlockAbi}`)
  if (!hasController(host, 'memory')) lacks.push('a limit of all its memory together (no memory cgroup)')
  if (!hasController(host, 'pids') && host.userMapping === 'none')
    lacks.push('a limit of its processes (no pids cgroup)')
  return lacks
}
