import { dirname, join } from 'node:path'
import type { SysrootStrategy } from '../model/sysroot-setting.ts'
import { claimDirectory } from '../system/claimed-directory.ts'
import { isOverlay } from '../system/file-system-kind.ts'
import { type LinkStock, openLinkStock } from '../system/tree-links.ts'
import { makeLinkFarm } from './link-farm.ts'
import { mostLowers } from './mount-overlay.ts'
import type { MountOperation } from './spec.ts'

export interface SysrootMaking {
  readonly strategy: SysrootStrategy
  /** Where the layers are. Link farms are made beside it, on the same file system. */
  readonly layersDirectory: string
}

/** Mounts that can be used until it is disposed. */
export interface Sysroot extends Disposable {
  readonly mounts: readonly MountOperation[]
}

/**
 * Makes what `planned` mounts need, so that they show the same whatever the strategy: overlays need nothing but the kernel; link
 * farms are made here, in a directory of this process, and gone when the sysroot is disposed, or with the next command where
 * kith was killed. Throws `io-failed`.
 */
export function openSysroot(planned: readonly MountOperation[], { strategy, layersDirectory }: SysrootMaking): Sysroot {
  if (!planned.some((operation) => needsFarm(operation, strategy)))
    return { mounts: planned, [Symbol.dispose]: () => {} }
  const farms = farmsDirectoryOf(layersDirectory)
  const claimed = claimDirectory(join(farms, `${process.pid}-${counter++}`))
  try {
    const stock = openLinkStock(join(farms, 'stock'))
    const mounts = planned.map((operation) =>
      needsFarm(operation, strategy) ? farmInstead(operation, claimed.path, stock) : operation,
    )
    return { mounts, [Symbol.dispose]: () => claimed[Symbol.dispose]() }
  } catch (error) {
    claimed[Symbol.dispose]()
    throw error
  }
}
let counter = 0

/** Where link farms are, and those that were abandoned. */
export function farmsDirectoryOf(layersDirectory: string): string {
  return join(dirname(layersDirectory), 'farms')
}

type Overlay = Extract<MountOperation, { kind: 'overlay' }>

/** Also where overlays would be stacked higher than the kernel takes: in groups, with the layers on an overlay already. */
function needsFarm(operation: MountOperation, strategy: SysrootStrategy): operation is Overlay {
  if (operation.kind !== 'overlay' || operation.lowers.length < 2) return false
  if (strategy === 'links') return true
  return operation.lowers.length > mostLowers && operation.lowers.slice(0, -1).some(isOverlay)
}

/** The host's own directory is the one that is at the same path there. */
function farmInstead({ target, lowers }: Overlay, directory: string, stock: LinkStock): MountOperation {
  const source = join(directory, target)
  const sources = lowers.map((lower) => ({ directory: lower, isHost: lower === target }))
  return { kind: 'farm', target, source, pieces: makeLinkFarm(sources, source, stock) }
}
