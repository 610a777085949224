export interface LockWaiting {
  readonly kind: 'lock-waiting'
  readonly path: string
}

/** What an earlier command left unfinished was brought to its end. */
export interface TransactionRecovered {
  readonly kind: 'transaction-recovered'
  /** `finished`: it happened. `taken-back`: it never did. */
  readonly outcome: 'finished' | 'taken-back'
  readonly id: number
  readonly command: string
}

/** A command that reads found a transaction under way, or stopped; it shows the root as it was before. */
export interface TransactionPending {
  readonly kind: 'transaction-pending'
  readonly id: number
  readonly command: string
  readonly isRunning: boolean
}

export interface InstallStarted {
  readonly kind: 'install-started'
  readonly package: string
  readonly artifact: string
}

export interface ConflictFound {
  readonly kind: 'conflict-found'
  readonly package: string
  readonly path: string
  readonly owner: string
}

/** Files that give rights to whoever runs them. Where a package has none it is not told. */
export interface PrivilegedFiles {
  readonly kind: 'privileged-files'
  readonly package: string
  /** `built`: an installation will give them. `new`: one is about to, and the installed version does not have them. */
  readonly reason: 'built' | 'new'
  /** Whose rights setuid and setgid give: `root`, or `user 1000` where that user installs. */
  readonly owner: string
  /** Each of `privileges` is `setuid`, `setgid`, or capabilities in the words of setcap: `cap_net_raw+ep`. */
  readonly files: readonly { readonly path: string; readonly privileges: readonly string[] }[]
}

export interface EtcKept {
  readonly kind: 'etc-kept'
  readonly package?: string | undefined
  readonly path: string
  /**
   * `saved-new`: the new version was put beside it as `<path>.new`. `not-removed`: it was changed, so it stays. `not-reverted`: it
   * was changed since what is undone.
   */
  readonly outcome: 'saved-new' | 'not-removed' | 'not-reverted'
}

export interface Installed {
  readonly kind: 'installed'
  readonly package: string
  readonly version: string
  readonly files: number
}

export interface Removed {
  readonly kind: 'removed'
  readonly package: string
}

export interface HookStarted {
  readonly kind: 'hook-started'
  readonly package: string
  readonly hook: string
}

/** What a package's own script prints, as it comes. */
export interface ScriptOutput {
  readonly kind: 'script-output'
  readonly package: string
  readonly text: string
}

export interface HookFailed {
  readonly kind: 'hook-failed'
  readonly package: string
  readonly hook: string
  readonly status: string
}

export type StoreEvent =
  | LockWaiting
  | TransactionRecovered
  | TransactionPending
  | InstallStarted
  | ConflictFound
  | PrivilegedFiles
  | EtcKept
  | Installed
  | Removed
  | HookStarted
  | ScriptOutput
  | HookFailed
