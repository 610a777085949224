import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { ChecksumLine } from '../model/checksums.ts'
import type { Recipe } from '../model/recipe.ts'
import { isHashable, type Source } from '../model/sources.ts'
import { digestFile } from '../system/digests.ts'
import { isFile, removeTree } from '../system/files.ts'
import { placeFile } from '../system/place-file.ts'
import { rejectedSourcePath, sourceRecordPath } from './cache-path.ts'
import type { FetchSettings } from './fetch-settings.ts'
import { throwIfInterrupted } from './interrupted.ts'
import { redactUrls } from './redact-urls.ts'
import { sourcePath } from './source-path.ts'

export type VerifiableRecipe = Pick<Recipe, 'name' | 'sources' | 'checksums' | 'checksumsFile'>

/**
 * Compares every source that has a checksum with its line, by position. Without such sources the checksums do not
 * matter. All mismatches are told in one `checksum-mismatch`; a downloaded file that is wrong is moved out of the cache,
 * so that the next run fetches it anew. Throws also `checksum-count`, `checksums-missing`, `source-not-fetched`,
 * `source-path-unsafe`, `io-failed`, `interrupted`.
 */
export async function verifySources(
  recipe: VerifiableRecipe,
  { cacheDirectory }: Pick<FetchSettings, 'cacheDirectory'>,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const comparisons: Comparison[] = []
  for (const { source, listed } of pairSources(recipe)) {
    throwIfInterrupted(signal)
    const comparison = await compareSource(source, listed, { recipe, cacheDirectory })
    comparisons.push(comparison)
    const { expected, actual, isMatch } = comparison
    const text = redactUrls(source.text)
    emit({ kind: 'checksum-compared', package: recipe.name, source: text, expected, actual, isMatch })
  }
  const wrong = comparisons.filter(({ isMatch }) => !isMatch)
  if (wrong.length === 0) return
  const mismatches = wrong.map((comparison) => ({
    source: redactUrls(comparison.source.text),
    expected: comparison.expected === '' ? '(empty line)' : comparison.expected,
    actual: comparison.actual,
    keptAt: setAside(comparison, recipe, cacheDirectory),
  }))
  throw new KithError('checksum-mismatch', { package: recipe.name, mismatches })
}

interface Comparison {
  readonly source: Source
  readonly path: string
  readonly expected: string
  readonly actual: string
  readonly isMatch: boolean
}

/** Source n of those that have a checksum belongs to line n: both lists must be of one length. */
function pairSources(recipe: VerifiableRecipe): { readonly source: Source; readonly listed: ChecksumLine }[] {
  const { name, checksums, checksumsFile: file } = recipe
  const sources = recipe.sources.filter(isHashable)
  if (sources.length === 0) return []
  if (checksums === undefined)
    throw new KithError('checksums-missing', { package: name, file, expected: sources.length })
  const pairs = sources.flatMap((source, index) => {
    const listed = checksums[index]
    return listed === undefined ? [] : [{ source, listed }]
  })
  if (pairs.length === sources.length && checksums.length === sources.length) return pairs
  const surplus = checksums[sources.length]
  throw new KithError('checksum-count', {
    package: name,
    file,
    ...(surplus === undefined ? {} : { line: surplus.line }),
    expected: sources.length,
    actual: checksums.length,
  })
}

async function compareSource(
  source: Source,
  { checksum, listed }: ChecksumLine,
  { recipe, cacheDirectory }: { readonly recipe: VerifiableRecipe; readonly cacheDirectory: string },
): Promise<Comparison> {
  const path = sourcePath(cacheDirectory, recipe.name, source)
  if (!isFile(path))
    throw new KithError('source-not-fetched', { package: recipe.name, source: redactUrls(source.text), path })
  const algorithm = checksum?.algorithm === 'sha256' ? 'sha256' : 'blake3'
  const actual = (await digestFile(path, [algorithm]))[algorithm]
  const isSkipped = checksum?.algorithm === 'skip'
  // What is no checksum (upper case, CRLF, an empty line) is compared as it stands, and so never matches.
  return {
    source,
    path,
    expected: listed,
    actual,
    isMatch: isSkipped || (checksum !== undefined && checksum.hex === actual),
  }
}

/** Where the file went; undefined for one that stays: it is the recipe's own, or was moved for an earlier line. */
function setAside({ source, path, actual }: Comparison, recipe: VerifiableRecipe, cacheDirectory: string) {
  if (source.kind !== 'remote') return undefined
  const rejected = rejectedSourcePath(cacheDirectory, recipe.name, source, actual)
  if (isFile(path)) placeFile(path, rejected)
  removeTree(sourceRecordPath(cacheDirectory, recipe.name, source))
  return rejected
}
