import type { BuildLimits } from './build-limits.ts'

/** A sandbox in the words of whoever wants to know what a build can do to their machine. */
export interface SandboxDescription {
  /** Directories of the sandbox with what of the host is in them; all read-only. */
  readonly reads: readonly { readonly path: string; readonly from: readonly string[] }[]
  /** What of the host it changes. */
  readonly changes: readonly { readonly path: string; readonly from: string }[]
  /** In memory, and gone afterwards. */
  readonly forgets: readonly string[]
  readonly executes: readonly string[]
  readonly network: {
    readonly kind: 'none' | 'loopback' | 'host'
    readonly ports: readonly [number, number] | undefined
  }
  readonly refusedCalls: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly runsAs: string
  readonly limits: readonly { readonly limit: keyof BuildLimits; readonly most: number; readonly by: string }[]
  /** Protections that this host cannot give. */
  readonly lacks: readonly string[]
}
