import { join } from 'node:path'
import { mountFlags } from '../native/mount.ts'
import type { SandboxKernel } from './kernel.ts'
import { lockTree } from './mount-overlay.ts'
import type { MountOperation } from './spec.ts'

/**
 * The farm at `target` with its pieces, read-only as a whole: its files are those of the layers. Every name in it is one that
 * makeLinkFarm made, so that no symlink is on the way. Throws KernelError.
 */
export function mountFarm(
  { source, pieces }: Extract<MountOperation, { kind: 'farm' }>,
  target: string,
  kernel: SandboxKernel,
): void {
  const flags = mountFlags.bind | mountFlags.recursive
  kernel.mount({ source, target, flags })
  for (const { from, at } of pieces)
    for (const path of at) kernel.mount({ source: join(from, path), target: join(target, path), flags })
  lockTree(target, false, kernel)
}
