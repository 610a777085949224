import type { HostFinding } from '../model/host-finding.ts'
import type { HostFacts } from './host-facts.ts'

/** Whether ordinary users can build: needed where one asks, good to know for root. */
export function judgeUserNamespaces(facts: HostFacts): readonly HostFinding[] {
  return [judgeNamespaces(facts), judgeIdRange(facts)]
}

function judgeNamespaces({ isRoot, userNamespaces }: HostFacts): HostFinding {
  const id = 'user-namespaces'
  const { refused, isTried } = userNamespaces
  if (!isTried)
    return {
      id,
      status: 'warning',
      found: 'not tried, for lack of util-linux',
      meaning: 'Ordinary users need them to build.',
    }
  if (refused === undefined)
    return {
      id,
      status: 'ok',
      found: 'ordinary users can make them',
      meaning: 'they can build, without any privilege',
    }
  return {
    id,
    status: isRoot ? 'warning' : 'failing',
    found: `refused to ordinary users: ${refused}`,
    meaning: isRoot ? 'Only root can build on this host.' : 'Without one an ordinary user cannot make a sandbox.',
    remedy: remedyFor(userNamespaces),
  }
}

function remedyFor({ maximum, unprivilegedClone, apparmorRestricts }: HostFacts['userNamespaces']): string {
  if (maximum === 0) return 'Allow them: sysctl -w user.max_user_namespaces=15000'
  if (unprivilegedClone === 0) return 'Allow them: sysctl -w kernel.unprivileged_userns_clone=1'
  if (apparmorRestricts === 1)
    return 'Allow them: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give kith an AppArmor profile with userns.'
  if (maximum === undefined) return 'Boot a kernel with CONFIG_USER_NS.'
  return 'No known setting forbids them: a container or a security module may. Allow them there, or build as root.'
}

function judgeIdRange({ isRoot, userName, idRange }: HostFacts): HostFinding {
  const id = 'id-range'
  const meaning = 'In a build root is this user, and there is nobody else: a script that gives files to others fails.'
  if (isRoot)
    return { id, status: 'ok', found: 'root needs no range of ids', meaning: 'scripts can give files to others' }
  if (idRange.works)
    return { id, status: 'ok', found: 'a range of ids is mapped', meaning: 'scripts can give files to others' }
  if (!idRange.hasPrograms)
    return {
      id,
      status: 'warning',
      found: 'newuidmap and newgidmap are missing',
      meaning,
      remedy: 'Install them: they are part of shadow (on Debian: uidmap).',
    }
  if (idRange.lackingIn.length > 0)
    return {
      id,
      status: 'warning',
      found: `this user has no range in ${idRange.lackingIn.join(' and ')}`,
      meaning,
      remedy: `Add one, as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${userName || 'NAME'}`,
    }
  return {
    id,
    status: 'warning',
    found: 'this user has a range of ids, but it cannot be mapped',
    meaning,
    remedy: 'unshare --map-auto needs util-linux 2.38; newuidmap and newgidmap need their setuid bit or capabilities.',
  }
}
