import type { Config } from '../config/config.ts'
import type { Context } from '../events/context.ts'

/** A result as data: `{"schema":1,"kind":"installed-package","name":"zlib",…}`. */
export interface ResultItem {
  readonly kind: string
  readonly [field: string]: unknown
}

/** What every command gets. */
export interface Invocation {
  readonly arguments: readonly string[]
  readonly options: ReadonlySet<string>
  /** Of the options that have one. */
  readonly values: ReadonlyMap<string, string>
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly context: Context
  /**
   * One item of the command's result, on standard output: `line` for people and scripts (bytes where it holds the name of a
   * file), or with --json `item`.
   */
  readonly show: (line: string | Uint8Array, item: ResultItem) => void
}

/** Loads, plans, asks, applies; gives the exit status. Expected failures are thrown as KithError. */
export type Command = (invocation: Invocation) => Promise<number>
