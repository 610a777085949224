import type { Event } from './event.ts'
import type { HookRunner } from './hooks.ts'

/** Synchronous, never throws. */
export type Emit = (event: Event) => void

/** What an engine gets from its caller; take `Pick<Context, …>` of it. */
export interface Context {
  readonly emit: Emit
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly hooks: HookRunner
}
