import type { Config } from '../config/config.ts'
import type { Context } from '../events/context.ts'

/** What every command gets. */
export interface Invocation {
  readonly arguments: readonly string[]
  readonly options: ReadonlySet<string>
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly context: Context
  readonly isJson: boolean
  /** A line of a result, on standard output. */
  readonly print: (line: string) => void
}

/** Loads, plans, asks, applies; gives the exit status. Expected failures are thrown as KithError. */
export type Command = (invocation: Invocation) => Promise<number>
