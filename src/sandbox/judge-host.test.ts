import { expect, test } from 'bun:test'
import type { HostFinding } from '../model/host-finding.ts'
import type { HostFacts } from './host-facts.ts'
import { judgeHost } from './judge-host.ts'

/** A host on which everything is well, asked by root. */
const good: HostFacts = {
  isRoot: true,
  userName: 'root',
  kernelRelease: '6.18.5-arch1-1',
  landlockAbi: 7,
  securityModules: 'capability,landlock,yama',
  seccompActions: 'kill_process kill_thread trap errno',
  cgroups: [{ directory: '/sys/fs/cgroup', version: 2, controllers: ['memory', 'pids', 'cpu'] }],
  cgroupVersions: [2],
  unshare: 'unshare from util-linux 2.41',
  setpriv: 'setpriv from util-linux 2.41',
  userNamespaces: {
    isTried: true,
    refused: undefined,
    maximum: 96_365,
    unprivilegedClone: undefined,
    apparmorRestricts: undefined,
  },
  idRange: { hasPrograms: true, lackingIn: [], works: false },
  overlay: { isListed: true, isTried: true, refused: undefined, refusedInUserNamespace: undefined },
  sysroot: 'auto',
}

/** The same, asked by an ordinary user. */
const user: HostFacts = { ...good, isRoot: false, userName: 'ann', idRange: { ...good.idRange, works: true } }

function troubles(facts: HostFacts): HostFinding[] {
  return judgeHost(facts).filter(({ status }) => status !== 'ok')
}

/** `status id`, of what is not well. */
const marks = (facts: HostFacts): string[] => troubles(facts).map(({ status, id }) => `${status} ${id}`)

test('judgeHost() finds nothing wrong with a good host, for root and for an ordinary user', () => {
  expect(marks(good)).toEqual([])
  expect(marks(user)).toEqual([])
  expect(judgeHost(good).map(({ id }) => id)).toEqual([
    'kernel',
    'unshare',
    'setpriv',
    'user-namespaces',
    'id-range',
    'overlayfs',
    'landlock',
    'seccomp',
    'cgroups',
  ])
})

const refused = (settings: Partial<HostFacts['userNamespaces']>): HostFacts['userNamespaces'] => ({
  ...good.userNamespaces,
  refused: 'unshare failed: Operation not permitted',
  ...settings,
})

const hosts: readonly (readonly [host: string, facts: HostFacts, mark: string, told: RegExp])[] = [
  ['Linux 5.11', { ...good, kernelRelease: '5.11.22' }, 'failing kernel', /5\.12/],
  ['Linux 4.19', { ...good, kernelRelease: '4.19.0-26-amd64' }, 'failing kernel', /5\.12/],
  ['an unknown kernel', { ...good, kernelRelease: '' }, 'failing kernel', /unknown version/],
  ['no util-linux', { ...good, unshare: undefined }, 'failing unshare', /Install util-linux/],
  ['no setpriv', { ...good, setpriv: undefined }, 'failing setpriv', /when kith is killed/],
  ['unshare of busybox', { ...good, unshare: 'BusyBox v1.36.1 multi-call binary.' }, 'failing unshare', /--kill-child/],
  ['setpriv of busybox', { ...good, setpriv: 'BusyBox v1.36.1 multi-call binary.' }, 'failing setpriv', /--pdeathsig/],
  ['old util-linux', { ...good, unshare: 'unshare from util-linux 2.31.1' }, 'failing unshare', /2\.33/],
  ['an unknown unshare', { ...good, unshare: 'unshare 0.1' }, 'warning unshare', /not util-linux/],
  [
    'no Landlock',
    { ...good, landlockAbi: 0, securityModules: undefined },
    'warning landlock',
    /CONFIG_SECURITY_LANDLOCK/,
  ],
  [
    'Landlock not switched on',
    { ...good, landlockAbi: 0, securityModules: 'capability,yama' },
    'warning landlock',
    /lsm=landlock,capability,yama/,
  ],
  ['Landlock ABI 1', { ...good, landlockAbi: 1 }, 'warning landlock', /moving files.*truncating.*TCP.*device.*signals/],
  ['Landlock ABI 4', { ...good, landlockAbi: 4 }, 'warning landlock', /ABI 4, without device control, signals/],
  ['no seccomp', { ...good, seccompActions: undefined }, 'failing seccomp', /CONFIG_SECCOMP_FILTER/],
  ['no cgroups', { ...good, cgroups: [], cgroupVersions: [] }, 'warning cgroups', /none are mounted/],
  ['cgroups that nobody handed over', { ...user, cgroups: [] }, 'warning cgroups', /Delegate=yes/],
  [
    'cgroups without memory',
    { ...good, cgroups: [{ directory: '/x', version: 1, controllers: ['pids', 'cpu'] }] },
    'warning cgroups',
    /version 1: pids, cpu, without memory.*for each process/,
  ],
  [
    'user namespaces set to 0',
    { ...user, userNamespaces: refused({ maximum: 0 }) },
    'failing user-namespaces',
    /max_user_namespaces/,
  ],
  [
    'Debian with the old switch',
    { ...user, userNamespaces: refused({ unprivilegedClone: 0 }) },
    'failing user-namespaces',
    /kernel\.unprivileged_userns_clone=1/,
  ],
  [
    'Ubuntu with AppArmor',
    { ...user, userNamespaces: refused({ apparmorRestricts: 1 }) },
    'failing user-namespaces',
    /apparmor_restrict_unprivileged_userns=0/,
  ],
  [
    'a kernel without user namespaces',
    { ...user, userNamespaces: refused({ maximum: undefined }) },
    'failing user-namespaces',
    /CONFIG_USER_NS/,
  ],
  [
    'a container',
    { ...user, userNamespaces: refused({}) },
    'failing user-namespaces',
    /a container or a security module/,
  ],
  ['a host for root alone', { ...good, userNamespaces: refused({}) }, 'warning user-namespaces', /Only root can build/],
  [
    'no newuidmap',
    { ...user, idRange: { hasPrograms: false, lackingIn: ['/etc/subuid'], works: false } },
    'warning id-range',
    /uidmap/,
  ],
  [
    'no subordinate ids',
    { ...user, idRange: { hasPrograms: true, lackingIn: ['/etc/subgid'], works: false } },
    'warning id-range',
    /no range in \/etc\/subgid.*usermod .* ann/,
  ],
  [
    'a range that cannot be mapped',
    { ...user, idRange: { hasPrograms: true, lackingIn: [], works: false } },
    'warning id-range',
    /2\.38/,
  ],
  [
    'no overlayfs',
    { ...good, overlay: { ...good.overlay, isListed: false } },
    'warning overlayfs',
    /hard links instead.*modprobe/,
  ],
  [
    'no overlayfs, and a setting that wants it',
    { ...good, sysroot: 'overlay', overlay: { ...good.overlay, isListed: false } },
    'failing overlayfs',
    /KITH_SYSROOT=overlay asks/,
  ],
  [
    'overlayfs refused to users',
    { ...user, overlay: { ...good.overlay, refusedInUserNamespace: 'mount: permission denied.' } },
    'failing overlayfs',
    /5\.11.*KITH_SYSROOT=links/,
  ],
  [
    'overlayfs for root alone',
    { ...good, overlay: { ...good.overlay, refusedInUserNamespace: 'mount: permission denied.' } },
    'warning overlayfs',
    /works for root/,
  ],
]

test.each([...hosts])('judgeHost() says what %s means and what to do, and nothing else', (_host, facts, mark, told) => {
  const [trouble, ...more] = troubles(facts)

  expect([`${trouble?.status} ${trouble?.id}`, ...more.map(({ id }) => id)]).toEqual([mark])
  expect(`${trouble?.found} ${trouble?.meaning} ${trouble?.remedy}`).toMatch(told)
  expect(trouble?.remedy).toBeString()
})

test('judgeHost() takes refused overlays for well where hard links are asked for', () => {
  const overlay = { isListed: false, isTried: true, refused: 'no', refusedInUserNamespace: 'no' }

  expect(marks({ ...good, overlay, sysroot: 'links' })).toEqual([])
})

test('judgeHost() does not judge what could not be tried', () => {
  const overlay = { ...good.overlay, isTried: false }
  const userNamespaces = { ...good.userNamespaces, isTried: false }

  expect(marks({ ...good, overlay, userNamespaces, unshare: undefined })).toEqual([
    'failing unshare',
    'warning user-namespaces',
  ])
})
