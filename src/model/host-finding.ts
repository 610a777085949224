/** One thing about this host that matters to builds. */
export interface HostFinding {
  /** Stable: `landlock`, `free-space-cache`. */
  readonly id: string
  /** `failing`: builds cannot work like this. `warning`: they can, but something is worse than it could be. */
  readonly status: 'ok' | 'warning' | 'failing'
  /** What was found. */
  readonly found: string
  /** What it is for or, unless all is well, what its lack means. */
  readonly meaning: string
  /** What to do; only where something is not well. */
  readonly remedy?: string
}
