import type { LandlockRule } from '../native/landlock.ts'

/**
 * A sandbox as data: made by plain functions, printed by `kith sandbox`, carried out by the launcher. Targets are absolute
 * paths in the new root; sources are paths on the host.
 */
export type MountOperation =
  /** `lowers` from top to bottom, merged read-only. One alone is bound. */
  | { readonly kind: 'overlay'; readonly target: string; readonly lowers: readonly string[] }
  | { readonly kind: 'bind'; readonly target: string; readonly source: string; readonly isWritable: boolean }
  | { readonly kind: 'device'; readonly target: string; readonly source: string }
  | { readonly kind: 'tmpfs'; readonly target: string; readonly mode: number }
  | { readonly kind: 'proc'; readonly target: string }
  | { readonly kind: 'devpts'; readonly target: string }
  | { readonly kind: 'directory'; readonly target: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string; readonly to: string }
  /** From here on nothing can be made in the root itself. */
  | { readonly kind: 'seal-root' }

export interface SandboxSpec {
  /** An empty directory of the host that becomes the new root's mount point. */
  readonly root: string
  readonly hostName: string
  readonly mounts: readonly MountOperation[]
  readonly landlock: readonly LandlockRule[]
  /** What the running kernel knows; 0: no Landlock. */
  readonly landlockAbi: number
  readonly command: {
    readonly argv: readonly string[]
    readonly cwd: string
    readonly environment: Readonly<Record<string, string>>
  }
  /** Process id of the kith that asked. */
  readonly owner: number
}

/** What the launcher tells, a line of JSON each, on its standard error: a pipe that the command does not get. */
export type SandboxReport =
  /** With its process id as the host counts. */
  | { readonly kind: 'launched'; readonly id: number }
  | { readonly kind: 'setup-failed'; readonly step: string; readonly reason: string }
  /** The sandbox is there, but its command cannot be executed. */
  | { readonly kind: 'not-started'; readonly program: string; readonly reason: string }
  | { readonly kind: 'exited'; readonly status: number; readonly signal: string | undefined }
