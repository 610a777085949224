import type { PathSum } from '../model/package-sums.ts'

/** What a root has at a place. */
export type FoundPath =
  | {
      readonly kind: 'file'
      readonly mode: number
      readonly uid: number
      readonly gid: number
      readonly sizeBytes: number
      readonly sha256: string
    }
  | { readonly kind: 'symlink'; readonly uid: number; readonly gid: number; readonly sha256: string }
  | { readonly kind: 'directory' | 'fifo' | 'other'; readonly mode: number; readonly uid: number; readonly gid: number }

/**
 * How a path is other than it was installed: `missing`; of another `type`; a file with other `content`; a link with another `target`;
 * another `mode`; an `owner` who did not install it.
 */
export type PathFault = 'missing' | 'type' | 'content' | 'target' | 'mode' | 'owner'

export interface Installer {
  readonly uid: number
  readonly gid: number
}

/** All that is other at one path; nothing where it is as it was installed. */
export function judgePath(sum: PathSum, found: FoundPath | undefined, { uid, gid }: Installer): PathFault[] {
  if (found === undefined) return ['missing']
  if (found.kind !== sum.kind) return ['type']
  const faults: PathFault[] = []
  if (sum.kind === 'file' && found.kind === 'file')
    if (sum.sizeBytes !== found.sizeBytes || sum.sha256 !== found.sha256) faults.push('content')
  if (sum.kind === 'symlink' && found.kind === 'symlink' && sum.sha256 !== found.sha256) faults.push('target')
  if (sum.kind !== 'symlink' && found.kind !== 'symlink' && sum.mode !== found.mode) faults.push('mode')
  if (found.uid !== uid || found.gid !== gid) faults.push('owner')
  return faults
}
