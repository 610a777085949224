import { buildErrors } from './build-errors.ts'
import { cliErrors } from './cli-errors.ts'
import { fetchErrors } from './fetch-errors.ts'
import { queryErrors } from './query-errors.ts'
import { recipeErrors } from './recipe-errors.ts'
import { sandboxErrors } from './sandbox-errors.ts'
import { storeErrors } from './store-errors.ts'
import { systemErrors } from './system-errors.ts'

/** Every error that kith can end with: code, typed details, sentence, hint and exit status side by side. */
export const catalogue = {
  ...cliErrors,
  ...recipeErrors,
  ...fetchErrors,
  ...sandboxErrors,
  ...buildErrors,
  ...storeErrors,
  ...queryErrors,
  ...systemErrors,
} as const

export type ErrorCode = keyof typeof catalogue
export type ErrorDetails<Code extends ErrorCode> = Parameters<(typeof catalogue)[Code]['sentence']>[0]
