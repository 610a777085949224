/** A finding about a recipe or a built tree. `error` stops what needs the recipe; `warning` is only told. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly file: string
  /** Counted from 1. */
  readonly line?: number | undefined
  readonly sentence: string
  readonly hint?: string | undefined
  /** Id of the check that found it, where one did. */
  readonly check?: string | undefined
}
