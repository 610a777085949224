import type { HostFinding } from '../model/host-finding.ts'
import type { HostFacts } from './host-facts.ts'

const id = 'overlayfs'

/** How layers can be merged on this host (KITH_SYSROOT). A kernel that has overlayfs and refuses it is not found out by itself. */
export function judgeOverlay({ isRoot, overlay, sysroot }: HostFacts): HostFinding {
  const { isListed, isTried, refusedInUserNamespace } = overlay
  const refused = isRoot ? overlay.refused : refusedInUserNamespace
  if (sysroot === 'links')
    return { id, status: 'ok', found: 'not asked for (KITH_SYSROOT=links)', meaning: 'layers are merged by hard links' }
  if (!isListed) return judgeMissing(sysroot)
  if (!isTried)
    return { id, status: 'ok', found: 'the kernel has it; not tried', meaning: 'it merges the layers of a build' }
  if (refused !== undefined)
    return {
      id,
      status: 'failing',
      found: `refused: ${refused}`,
      meaning: isRoot ? 'The layers of a build cannot be merged with it.' : 'User namespaces have it since Linux 5.11.',
      remedy: 'Have layers merged by hard links: KITH_SYSROOT=links',
    }
  if (isRoot && refusedInUserNamespace !== undefined)
    return {
      id,
      status: 'warning',
      found: `works for root; refused in user namespaces: ${refusedInUserNamespace}`,
      meaning: 'Ordinary users cannot merge the layers of a build with it.',
      remedy: 'They can with hard links: KITH_SYSROOT=links',
    }
  return { id, status: 'ok', found: 'works, also in user namespaces', meaning: 'it merges the layers of a build' }
}

function judgeMissing(sysroot: HostFacts['sysroot']): HostFinding {
  const found = 'this kernel has none'
  const remedy = 'Load it: modprobe overlay; or build the kernel with CONFIG_OVERLAY_FS.'
  if (sysroot === 'overlay')
    return {
      id,
      status: 'failing',
      found,
      meaning: 'KITH_SYSROOT=overlay asks for it.',
      remedy: `${remedy} Or unset KITH_SYSROOT.`,
    }
  const meaning = 'Layers are merged by hard links instead: builds with many dependencies take longer to start.'
  return { id, status: 'warning', found, meaning, remedy }
}
