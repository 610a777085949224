import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type Override, parseOverrideDepends, parseOverrideEnvironment } from '../model/override.ts'
import { isFile, readDirectory, readText } from '../system/files.ts'

/**
 * What the user changes of a recipe, from `<overrides>/<name>`; undefined where that says nothing. Throws `override-invalid` with all that
 * is wrong with it.
 */
export function readOverride(overrides: string, name: string): Override | undefined {
  const directory = join(overrides, name)
  const names = readDirectory(directory)
  if (names === undefined) return undefined
  const text = (file: string): string => (isFile(join(directory, file)) ? readText(join(directory, file)) : '')
  const environment = parseOverrideEnvironment(text('environment'), join(directory, 'environment'))
  const depends = parseOverrideDepends(text('depends'), join(directory, 'depends'))
  const problems = [...environment.problems, ...depends.problems]
  for (const other of names)
    if (!known.has(other) && !other.startsWith('.') && !other.startsWith('README'))
      problems.push({ severity: 'error', file: join(directory, other), sentence: 'means nothing to kith' })
  if (problems.length > 0) throw new KithError('override-invalid', { name, problems })
  const patches = (readDirectory(join(directory, 'patches')) ?? [])
    .filter((file) => file.endsWith('.patch'))
    .map((file) => join(directory, 'patches', file))
    .filter(isFile)
  const found = { directory, environment: environment.items, dependencies: depends.items, patches }
  return environment.items.length + depends.items.length + patches.length === 0 ? undefined : found
}

const known = new Set(['depends', 'environment', 'patches'])
