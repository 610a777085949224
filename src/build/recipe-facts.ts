import type { BuildInput } from '../model/build-record.ts'
import { type Digest, parseDigest, printDigest } from '../model/digest.ts'
import { digestTree, type MerkleEntry } from '../model/merkle-tree.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { bytesText } from '../model/tree-path.ts'
import type { Version } from '../model/version.ts'
import { digestFileNow, digestText } from '../system/digests.ts'
import { type StampedEntry, stampTree } from '../system/file-stamp.ts'
import { hostPath } from '../system/tree.ts'
import type { ContentIndex } from './content-index.ts'
import { listSourceFacts, type SourceFacts } from './source-identity.ts'

/** What a recipe says by itself, as far as it counts for keys. */
export interface RecipeFacts {
  /** Of the directory as a build gets a copy of it: links followed, modes no more than whether a file may be executed. */
  readonly digest: Digest
  readonly version: Version
  readonly format: Recipe['format']
  readonly sources: readonly SourceFacts[]
}

/** Reads a recipe only where a file of it changed since it was read last. Undefined: it cannot be built. Throws `io-failed`. */
export function readRecipeFacts(
  reading: RecipeReading,
  { index, cacheDirectory }: { readonly index: ContentIndex; readonly cacheDirectory: string },
): RecipeFacts | undefined {
  const { directory } = reading
  const entries = stampTree(directory)
  const text = digestText(entries.map((entry) => `${entry.path} ${entry.text}`).join('\n'), 'latin1')
  const stamp = { text, isFresh: entries.some(({ isFresh }) => isFresh) }
  const name = `recipe ${directory} for ${cacheDirectory}`
  const known = parseFacts(index.find(name, stamp))
  if (known !== undefined || reading.recipe === undefined) return known
  const facts = factsOf(reading.recipe, digestEntries(directory, entries), cacheDirectory)
  index.keep(name, stamp, JSON.stringify({ ...facts, digest: printDigest(facts.digest) }))
  return facts
}

/** What a build uses whose copy of the recipe is in `directory`. Throws `io-failed`. */
export function factsOfCopy(recipe: Recipe, directory: string, cacheDirectory: string): RecipeFacts {
  return factsOf(recipe, digestEntries(directory, stampTree(directory)), cacheDirectory)
}

function factsOf(recipe: Recipe, digest: Digest, cacheDirectory: string): RecipeFacts {
  const { version, format } = recipe
  return { digest, version, format, sources: listSourceFacts(recipe, cacheDirectory) }
}

/** The index is our own file: what is no facts at all comes of a damaged one. */
function parseFacts(text: string | undefined): RecipeFacts | undefined {
  try {
    const facts = JSON.parse(text ?? '') as Omit<RecipeFacts, 'digest'> & { readonly digest: string }
    const digest = parseDigest(facts.digest)
    return digest && { ...facts, digest }
  } catch {
    return undefined
  }
}

function digestEntries(directory: string, entries: readonly StampedEntry[]): Digest {
  return digestTree(
    entries.flatMap(({ path, kind, mode, sizeBytes }): MerkleEntry[] => {
      if (kind === 'directory') return [{ kind, path, mode: 0o755 }]
      if (kind !== 'file') return []
      const digest = { hash: digestFileNow(hostPath(directory, path)), sizeBytes }
      return [{ kind, path, mode: (mode & 0o111) === 0 ? 0o644 : 0o755, digest }]
    }),
  )
}

/** Each file of a recipe as an input: its hash, with an `x` where it may be executed. Throws `io-failed`. */
export function listRecipeFiles(directory: string): BuildInput[] {
  return stampTree(directory).flatMap(({ path, kind, mode }): BuildInput[] => {
    if (kind !== 'file') return []
    const hash = digestFileNow(hostPath(directory, path))
    const name = bytesText(path.slice(1))
    return [{ kind: 'recipe', name, value: (mode & 0o111) === 0 ? hash : `${hash} x` }]
  })
}
