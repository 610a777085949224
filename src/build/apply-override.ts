import { join } from 'node:path'
import { type Override, overrideDependsText, overrideEnvironment } from '../model/override.ts'
import { isFile, readText, writeFileAtomic } from '../system/files.ts'
import type { BuildSettings } from './build-settings.ts'

/** The settings of one build, with the variables that the user wants for it. */
export function overrideSettings(override: Override | undefined, settings: BuildSettings): BuildSettings {
  if (override === undefined) return settings
  const { environment, passedVariables } = settings
  return {
    ...settings,
    environment: overrideEnvironment(environment, override.environment),
    passedVariables: [...passedVariables, ...override.environment.map(({ name }) => name)],
  }
}

/** Has the copy of a recipe that the package keeps depend on what it was built with. Throws `io-failed`. */
export function overrideCopiedRecipe(override: Override | undefined, directory: string): void {
  if (override === undefined || override.dependencies.length === 0) return
  const file = join(directory, 'depends')
  writeFileAtomic(file, overrideDependsText(isFile(file) ? readText(file) : '', override.dependencies))
}
