/** Points at which the user's KISS_HOOK programs are called, with KISS's names. */
export type HookType =
  | 'pre-source'
  | 'post-source'
  | 'queue-status'
  | 'pre-extract'
  | 'pre-build'
  | 'build-fail'
  | 'post-build'
  | 'post-package'
  | 'pre-install'
  | 'post-install'
  | 'pre-remove'
  | 'pre-update'
  | 'post-update'
  | 'SIGINT'
  | 'SIGEXIT'

/** Calls every hook in turn with `args` after the type. Throws `hook-failed` at the first that fails. */
export interface HookRunner {
  /** False when the user has no hooks: callers then need not keep to the order in which hooks would see things. */
  readonly isActive: boolean
  run(type: HookType, args: readonly string[], cwd?: string): Promise<void>
}
