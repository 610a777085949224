import type { LandlockRule } from '../native/landlock.ts'
import type { FarmPieces } from './link-farm.ts'
import type { Protection } from './protections.ts'

/**
 * A sandbox as data: made by plain functions, printed by `kith sandbox`, carried out by the launcher. Targets are absolute
 * paths in the new root; sources are paths on the host.
 */
export type MountOperation =
  /** `lowers` from top to bottom, merged read-only. One alone is bound. */
  | { readonly kind: 'overlay'; readonly target: string; readonly lowers: readonly string[] }
  /** A link farm with what belongs on it, read-only. */
  | { readonly kind: 'farm'; readonly target: string; readonly source: string; readonly pieces: readonly FarmPieces[] }
  | { readonly kind: 'bind'; readonly target: string; readonly source: string; readonly isWritable: boolean }
  | { readonly kind: 'device'; readonly target: string; readonly source: string }
  /** `size` as tmpfs takes it: `1m`, `50%` of the memory. */
  | { readonly kind: 'tmpfs'; readonly target: string; readonly mode: number; readonly size: string }
  | { readonly kind: 'proc'; readonly target: string }
  | { readonly kind: 'devpts'; readonly target: string }
  /** Hides what a file or directory of the kernel tells, where it is there. */
  | { readonly kind: 'mask'; readonly target: string }
  | { readonly kind: 'directory'; readonly target: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string; readonly to: string }
  /** From here on nothing can be made in the root itself. */
  | { readonly kind: 'seal-root' }

/** `loopback`: an interface of its own and nothing else. `host`: all that the host reaches. */
export type SandboxNetwork = 'none' | 'loopback' | 'host'

export interface SandboxSpec {
  /** An empty directory of the host that becomes the new root's mount point. */
  readonly root: string
  readonly hostName: string
  readonly mounts: readonly MountOperation[]
  readonly landlock: readonly LandlockRule[]
  /** What the running kernel knows; 0: no Landlock. */
  readonly landlockAbi: number
  readonly network: SandboxNetwork
  /** For each process, by setrlimit(2). */
  readonly resources: {
    readonly core: number
    /** Of this user in this user namespace; the kernel does not count root's. */
    readonly processes?: number
    /** Bytes of memory that is not a file's. */
    readonly data?: number
  }
  /** Numbers of the processors that it may run on; all where not given. */
  readonly processors?: readonly number[] | undefined
  /** Directories of the host's cgroups that hold it. */
  readonly cgroups: readonly string[]
  readonly command: {
    readonly argv: readonly string[]
    readonly cwd: string
    readonly environment: Readonly<Record<string, string>>
    /** A file of the sandbox that it inherits open for reading and writing, under these numbers. */
    readonly opened?: { readonly path: string; readonly descriptors: readonly number[] } | undefined
    /** The size of the terminal that it runs in, where it runs in one. */
    readonly terminal?: { readonly columns: number; readonly rows: number } | undefined
  }
  /** Process id of the kith that asked. */
  readonly owner: number
  /** For tests alone. */
  readonly without?: readonly Protection[]
}

/** What the launcher tells, a line of JSON each, on its standard error: a pipe that the command does not get. */
export type SandboxReport =
  /** With its process id as the host counts. */
  | { readonly kind: 'launched'; readonly id: number }
  | { readonly kind: 'setup-failed'; readonly step: string; readonly reason: string }
  /** The sandbox is there, but its command cannot be executed. */
  | { readonly kind: 'not-started'; readonly program: string; readonly reason: string }
  | { readonly kind: 'exited'; readonly status: number; readonly signal: string | undefined }
