import { parseMakeFlags } from '../model/make-flags.ts'
import { digestText } from '../system/digests.ts'
import type { BuildSettings } from './build-settings.ts'
import { isAskedFor, passesByName, scriptEnvironment } from './script-environment.ts'

/** Variables that only say how many programs may run at one time: no result depends on that. */
const parallelVariables = new Set(['CARGO_BUILD_JOBS', 'CMAKE_BUILD_PARALLEL_LEVEL', 'GOMAXPROCS', 'NPROC'])

/**
 * What the environment of a build script is for its key: as the script gets it, without what only speeds it up, and without a
 * SOURCE_DATE_EPOCH that comes from the sources anyway. What KITH_ENVIRONMENT lets through can be a secret: it comes hashed.
 */
export function keyEnvironment(
  name: string,
  { environment, passedVariables }: Pick<BuildSettings, 'environment' | 'passedVariables'>,
): Record<string, string> {
  const options = { passed: passedVariables, hasNetwork: false, sourceDateEpoch: 0 }
  const result: Record<string, string> = {}
  for (const [variable, value] of Object.entries(scriptEnvironment(name, environment, options))) {
    if (parallelVariables.has(variable)) continue
    if (variable === 'SOURCE_DATE_EPOCH') {
      if (environment.SOURCE_DATE_EPOCH) result[variable] = environment.SOURCE_DATE_EPOCH
    } else if (variable === 'MAKEFLAGS' || variable === 'SAMUFLAGS') {
      const { rest } = parseMakeFlags(value)
      if (rest !== '') result[variable] = rest
    } else if (value !== '') {
      const isSecret = isAskedFor(variable, passedVariables) && !passesByName(variable)
      result[variable] = isSecret ? `sha256:${digestText(value)}` : value
    }
  }
  return result
}
