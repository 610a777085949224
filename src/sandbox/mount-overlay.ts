import { join } from 'node:path'
import { mountAttributes, mountFlags } from '../native/mount.ts'
import { makeDirectory, makeNumberedLinks, removeTree } from '../system/files.ts'
import type { SandboxKernel } from './kernel.ts'

const { bind, noDevices, noSetuid, readOnly, recursive } = mountFlags

/** What one overlay can merge (OVL_MAX_STACK in the kernel). */
export const mostLowers = 500

/**
 * Merges `lowers` (from top to bottom) at `target`, read-only: nothing can be copied up and no layer can change. One alone is
 * bound. More than the kernel takes become groups, each an overlay of its own below the last one. The kernel stacks no deeper:
 * none of the lowers but the lowest may lie on an overlay then (open-sysroot.ts sees to it). Throws KernelError.
 *
 * The kernel takes one page of options: each layer gets a name of a few digits, a symlink in a directory that is gone
 * afterwards, and 500 of them are 1.9 KB. fsconfig(2) with `lowerdir+` has no such page but the same limit of 500, a limit of
 * 255 bytes a path, and needs Linux 6.8: it would bring nothing.
 */
export function mountOverlay(target: string, lowers: readonly string[], root: string, kernel: SandboxKernel): void {
  const [only, second] = lowers
  if (only !== undefined && second === undefined) {
    bindInto(only, target, false, kernel)
    return
  }
  const names = join(root, '.layers')
  makeNumberedLinks(lowers, names)
  const before = process.cwd()
  process.chdir(names)
  try {
    mergeNames([...lowers.keys()].map(String), target, kernel)
  } finally {
    process.chdir(before)
    removeTree(names)
  }
}

/** A group's own mount is not needed once it is part of the last overlay, which keeps one of its own. */
function mergeNames(names: readonly string[], target: string, kernel: SandboxKernel): void {
  const places: string[] = []
  const tops = groupLowers(names).map((group, index) => {
    const [only = ''] = group
    if (group.length === 1) return only
    const place = `group${index}`
    makeDirectory(place)
    mergeReadOnly(group, place, kernel)
    places.push(place)
    return place
  })
  mergeReadOnly(tops, target, kernel)
  for (const place of places) kernel.detachMount(place)
}

function mergeReadOnly(lowers: readonly string[], target: string, kernel: SandboxKernel): void {
  const data = `lowerdir=${lowers.join(':')}`
  kernel.mount({ source: 'overlay', target, type: 'overlay', flags: readOnly | noSetuid | noDevices, data })
}

/**
 * As few groups as the kernel needs, from the bottom: the topmost layers, which a build asks for most, stay on their own, and
 * so does the lowest, which may be the host's and an overlay itself. A file between two directories of the same name hides
 * the lower one from its own group only.
 */
export function groupLowers(lowers: readonly string[]): string[][] {
  const groups: string[][] = lowers.slice(-1).map((lowest) => [lowest])
  let alone = lowers.length - groups.length
  while (alone > 0 && alone + groups.length > mostLowers) {
    const excess = alone + groups.length + 1 - mostLowers
    const start = Math.max(0, alone - Math.min(mostLowers, excess))
    groups.unshift(lowers.slice(start, alone))
    alone = start
  }
  return [...lowers.slice(0, alone).map((lower) => [lower]), ...groups]
}

/** What is at `source`, with the mounts below it, also at `target`; never with devices or setuid programs that work. */
export function bindInto(source: string, target: string, isWritable: boolean, kernel: SandboxKernel): void {
  kernel.mount({ source, target, flags: bind | recursive })
  lockTree(target, isWritable, kernel)
}

/** For `target` and every mount below it: no devices, no setuid programs, and where not writable nothing to change. */
export function lockTree(target: string, isWritable: boolean, kernel: SandboxKernel): void {
  const { readOnly: locked, noSetuid: plain, noDevices: bare } = mountAttributes
  kernel.setMountAttributes(target, plain | bare | (isWritable ? 0 : locked))
}
