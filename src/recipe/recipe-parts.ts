import { join } from 'node:path'
import { type ChecksumsReading, parseChecksums } from '../model/checksums.ts'
import { type DependsReading, parseDepends } from '../model/depends.ts'
import { packageNameFault, parsePackageName } from '../model/package-name.ts'
import type { Problem } from '../model/problem.ts'
import { type ProvidesReading, parseProvides } from '../model/provides.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { isHashable, parseSources, type Source, type SourceLine } from '../model/sources.ts'
import { parseVersion, type VersionReading } from '../model/version.ts'
import { isExecutableEntry, type RecipeDirectory, readEntry } from './recipe-directory.ts'
import { resolveSources } from './resolve-sources.ts'

/** The files that kiss and puke have in common, and how they become a recipe. */
export interface RecipeParts {
  readonly version: VersionReading
  readonly depends: DependsReading
  readonly sources: SourcesPart
  readonly checksums: ChecksumsPart
}

export interface SourcesPart {
  readonly lines: readonly SourceLine[]
  readonly sources: readonly Source[]
  readonly problems: readonly Problem[]
}

export interface ChecksumsPart extends Pick<ChecksumsReading, 'problems'> {
  readonly lines: Recipe['checksums']
}

export function readVersion(directory: Pick<RecipeDirectory, 'path' | 'entries'>): VersionReading {
  const { text, problems } = readEntry(directory, 'version')
  const file = join(directory.path, 'version')
  if (text !== undefined) return parseVersion(text, file)
  const hint = 'Write version and release in one line, for example: 1.0 1'
  const absent: Problem = { severity: 'error', file, sentence: 'the version file is missing', hint }
  return { version: undefined, problems: problems.length > 0 ? problems : [absent] }
}

export function readDepends(directory: Pick<RecipeDirectory, 'name' | 'path' | 'entries'>): DependsReading {
  const { text, problems } = readEntry(directory, 'depends')
  const file = join(directory.path, 'depends')
  if (text === undefined) return { dependencies: [], problems }
  const reading = parseDepends(text, file)
  if (!reading.dependencies.some(({ name }) => name === directory.name)) return reading
  const sentence = `"${directory.name}" depends on itself`
  return {
    ...reading,
    problems: [...reading.problems, { severity: 'warning', file, sentence, hint: 'Remove the line' }],
  }
}

/** The file `provides`, where there is one. */
export function readProvidesFile(directory: Pick<RecipeDirectory, 'name' | 'path' | 'entries'>): ProvidesReading {
  const { text, problems } = readEntry(directory, 'provides')
  const file = join(directory.path, 'provides')
  if (text === undefined) return { provides: [], problems }
  const reading = parseProvides(text, file)
  const own = reading.provides.find(({ name }) => name === directory.name)
  // A package may say of its own name that it is exclusive.
  if (own === undefined || own.isExclusive) return reading
  const sentence = `"${directory.name}" provides its own name, as every package does`
  const hint = `Remove the line, or write "!${directory.name}" where no other package may provide it beside this one`
  return { ...reading, problems: [...reading.problems, { severity: 'warning', file, sentence, hint }] }
}

export function readSources(directory: RecipeDirectory, gitPrefixes: readonly string[]): SourcesPart {
  const { text, problems } = readEntry(directory, 'sources')
  if (text === undefined) return { lines: [], sources: [], problems }
  const file = join(directory.path, 'sources')
  const reading = parseSources(text, file, gitPrefixes)
  const resolution = resolveSources(reading.lines, { directory: directory.path, file, gitPrefixes })
  return { lines: reading.lines, sources: resolution.sources, problems: [...reading.problems, ...resolution.problems] }
}

/**
 * Reads `checksums`. All findings are warnings: `kith checksum` has to work on the recipe, and what does not fit is a mismatch
 * when the sources are verified. Where no source has a checksum the file does not count, whatever it holds.
 */
export function readChecksums(directory: RecipeDirectory, { sources, problems }: SourcesPart): ChecksumsPart {
  const file = join(directory.path, 'checksums')
  const expected = sources.filter(isHashable).length
  const isComplete = !problems.some(({ severity }) => severity === 'error')
  const entry = readEntry(directory, 'checksums')
  if (expected === 0) return { lines: directory.entries.has('checksums') ? [] : undefined, problems: [] }
  const hint = `kith checksum ${directory.name} writes the file anew`
  const warn = (sentence: string): Problem => ({ severity: 'warning', file, sentence, hint })
  if (entry.text === undefined) {
    const reasons = entry.problems.map(({ sentence }) => sentence)
    return { lines: undefined, problems: [warn(reasons[0] ?? 'the checksums file is missing')] }
  }
  const reading = parseChecksums(entry.text, file)
  const actual = reading.lines.length
  const isMiscounted = isComplete && actual !== expected
  const count = `expected one checksum for each of ${expected} sources, found ${actual}`
  return { lines: reading.lines, problems: isMiscounted ? [...reading.problems, warn(count)] : reading.problems }
}

/** Hooks that are there but would not run. */
export function checkHooks(directory: RecipeDirectory, names: readonly string[]): Problem[] {
  return names
    .filter((name) => directory.entries.has(name) && !isExecutableEntry(directory, name))
    .map((name) => {
      const file = join(directory.path, name)
      return { severity: 'warning', file, sentence: 'is not executable and will be skipped', hint: `chmod +x ${file}` }
    })
}

/** The reading: with a recipe when none of all the problems is an error. */
export function assembleReading(
  directory: RecipeDirectory,
  format: Recipe['format'],
  { version, depends, sources, checksums, others }: RecipeParts & { readonly others: readonly Problem[] },
): RecipeReading {
  const provides = readProvidesFile(directory)
  const problems = [directory, { problems: others }, version, depends, provides, sources, checksums].flatMap(
    (part) => part.problems,
  )
  const isUsable =
    packageNameFault(directory.name) === undefined && !problems.some(({ severity }) => severity === 'error')
  const recipe: Recipe | undefined =
    isUsable && version.version !== undefined
      ? {
          name: parsePackageName(directory.name),
          format,
          directory: directory.path,
          version: version.version,
          dependencies: depends.dependencies,
          sources: sources.sources,
          sourceLines: sources.lines,
          checksums: checksums.lines,
          checksumsFile: join(directory.path, 'checksums'),
          ...(directory.entries.has('alone') ? { runsAlone: true } : {}),
        }
      : undefined
  return {
    name: directory.name,
    directory: directory.path,
    recipe,
    version: version.version,
    dependencies: depends.dependencies,
    provides: provides.provides,
    sourceLines: sources.lines,
    checksums: checksums.lines,
    problems,
  }
}
