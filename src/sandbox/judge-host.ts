import type { HostFinding } from '../model/host-finding.ts'
import { landlockLacks } from './host.ts'
import type { HostFacts } from './host-facts.ts'
import { judgeOverlay } from './judge-overlay.ts'
import { judgeUserNamespaces } from './judge-user-namespaces.ts'

/** What the kernel and util-linux offer to sandboxes, and what each lack means. Pure. */
export function judgeHost(facts: HostFacts): readonly HostFinding[] {
  return [
    judgeKernel(facts),
    judgeProgram('unshare', facts.unshare),
    judgeProgram('setpriv', facts.setpriv),
    ...judgeUserNamespaces(facts),
    judgeOverlay(facts),
    judgeLandlock(facts),
    judgeSeccomp(facts),
    judgeCgroups(facts),
  ]
}

function judgeKernel({ kernelRelease }: HostFacts): HostFinding {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(kernelRelease) ?? []
  const isNewEnough = Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 12)
  const found = `Linux ${kernelRelease || 'of unknown version'}`
  return isNewEnough
    ? { id: 'kernel', status: 'ok', found, meaning: 'mounts of a sandbox can be made read-only as a whole (5.12)' }
    : {
        id: 'kernel',
        status: 'failing',
        found,
        meaning: 'Before 5.12 a tree of mounts cannot be made read-only in one step: no sandbox can be made.',
        remedy: 'Boot Linux 5.12 or newer.',
      }
}

/** unshare --kill-child=SIGNAL came with util-linux 2.32, setpriv --pdeathsig with 2.33. */
function judgeProgram(program: 'unshare' | 'setpriv', version: string | undefined): HostFinding {
  const id = program
  const remedy = `Install util-linux 2.33 or newer, and see that its ${program} comes first on PATH.`
  const use = program === 'unshare' ? 'It makes the namespaces of a sandbox.' : 'It ends a sandbox when kith is killed.'
  if (version === undefined)
    return {
      id,
      status: 'failing',
      found: `no ${program} on PATH`,
      meaning: `${use} Without it there is none.`,
      remedy,
    }
  if (/busybox|toybox/i.test(version)) {
    const lacks = program === 'unshare' ? '--kill-child and --map-auto' : '--pdeathsig'
    const found = `${program} is busybox's`
    return { id, status: 'failing', found, meaning: `${use} That of busybox lacks ${lacks}.`, remedy }
  }
  const [, number = '', major = '0', minor = '0'] = /util-linux ((\d+)\.(\d+)\S*)/.exec(version) ?? []
  const found = `util-linux ${number}`
  if (number === '')
    return {
      id,
      status: 'warning',
      found: `${program} is not util-linux's`,
      meaning: `${use} It may lack options.`,
      remedy,
    }
  if (Number(major) * 1000 + Number(minor) >= 2033) return { id, status: 'ok', found, meaning: use }
  return { id, status: 'failing', found, meaning: `${use} Before 2.33 util-linux lacks an option for that.`, remedy }
}

function judgeLandlock({ landlockAbi: abi, securityModules }: HostFacts): HostFinding {
  const id = 'landlock'
  if (abi > 0) {
    const lacking = landlockLacks(abi)
    const found = `ABI ${abi}${lacking.length === 0 ? '' : `, without ${lacking.join(', ')}`}`
    if (lacking.length === 0)
      return { id, status: 'ok', found, meaning: 'a second wall around files, ports and processes' }
    const meaning = 'For what it does not know, namespaces, read-only mounts and seccomp stand alone.'
    return { id, status: 'warning', found, meaning, remedy: 'A newer kernel knows more; 6.12 has ABI 6.' }
  }
  const isOff = securityModules !== undefined && !securityModules.split(',').includes('landlock')
  return {
    id,
    status: 'warning',
    found: isOff ? `not switched on (${securityModules})` : 'this kernel has none',
    meaning: 'Builds are confined by namespaces, read-only mounts and seccomp alone: one wall less.',
    remedy: isOff
      ? `Boot with lsm=landlock,${securityModules}`
      : 'Boot a kernel with CONFIG_SECURITY_LANDLOCK, and landlock among CONFIG_LSM.',
  }
}

function judgeSeccomp({ seccompActions }: HostFacts): HostFinding {
  const id = 'seccomp'
  if (seccompActions !== undefined)
    return { id, status: 'ok', found: 'filters work', meaning: 'system calls that no build needs are closed' }
  return {
    id,
    status: 'failing',
    found: 'this kernel has none',
    meaning: 'A sandbox cannot close dangerous system calls, so none is made.',
    remedy: 'Boot a kernel with CONFIG_SECCOMP_FILTER.',
  }
}

function judgeCgroups({ isRoot, cgroups, cgroupVersions }: HostFacts): HostFinding {
  const id = 'cgroups'
  const has = cgroups.flatMap(({ controllers }) => controllers)
  const lacking = (['memory', 'pids', 'cpu'] as const).filter((name) => !has.includes(name))
  const versions = [...new Set(cgroups.map(({ version }) => version))].join(' and ')
  const found = `version ${versions}: ${has.join(', ')}`
  if (lacking.length === 0) return { id, status: 'ok', found, meaning: 'a build as a whole can be limited' }
  const meanings = {
    memory: 'memory is limited for each process, not for a build as a whole',
    pids: isRoot ? 'the number of processes is not limited' : 'processes are limited by setrlimit alone',
    cpu: 'KITH_LIMITS cpus does nothing',
  }
  const who = isRoot ? 'that kith may use' : 'that this user may use'
  const none = cgroupVersions.length === 0 ? 'none are mounted' : `none ${who}`
  return {
    id,
    status: 'warning',
    found: has.length === 0 ? none : `${found}, without ${lacking.join(', ')}`,
    meaning: `In builds ${lacking.map((name) => meanings[name]).join('; ')}.`,
    remedy: isRoot
      ? 'Mount version 2: mount -t cgroup2 none /sys/fs/cgroup; systemd does so by itself.'
      : 'Have a part of the tree handed to you, for example: systemd-run --user --scope -p Delegate=yes kith build NAME',
  }
}
