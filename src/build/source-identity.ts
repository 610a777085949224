import { commitOfCheckout } from '../fetch/git/checkout-commit.ts'
import { redactUrls } from '../fetch/redact-urls.ts'
import { sourcePath } from '../fetch/source-path.ts'
import { printDigest } from '../model/digest.ts'
import type { Recipe } from '../model/recipe.ts'
import { isHashable, type Source } from '../model/sources.ts'
import type { DescribedSource } from '../plan/build-action.ts'
import { digestFileNow, digestText } from '../system/digests.ts'
import { stampOf, stampTree } from '../system/file-stamp.ts'
import type { ContentIndex } from './content-index.ts'
import { digestOutput } from './digest-output.ts'

export interface IdentityOptions {
  readonly cacheDirectory: string
  readonly index: ContentIndex
  /** The sources were just fetched: what moves is where it is now. */
  readonly isFetched: boolean
}

/** A source, and what it is; undefined where that is not known before it is fetched. */
export interface IdentifiedSource extends Omit<DescribedSource, 'identity'> {
  readonly identity: string | undefined
}

/**
 * What the sources of a recipe are. Where the recipe has a checksum it is that, so that nothing must be at hand; a commit is
 * itself; a branch is the commit that was fetched; all else is its content.
 */
export function identifySources(recipe: Recipe, options: IdentityOptions): IdentifiedSource[] {
  const hashable = recipe.sources.filter(isHashable)
  return recipe.sources.map((source) => {
    const { text, destination } = source
    const checksum = recipe.checksums?.[hashable.indexOf(source)]?.checksum
    const isListed = source.kind === 'remote' && checksum !== undefined && checksum.algorithm !== 'skip'
    const identity = isListed ? `${checksum.algorithm}:${checksum.hex}` : identify(source, recipe, options)
    return { text: redactUrls(text), destination, identity }
  })
}

function identify(source: Source, recipe: Recipe, { cacheDirectory, index, isFetched }: IdentityOptions) {
  switch (source.kind) {
    case 'git': {
      const { reference } = source.git
      if (reference.kind === 'commit' && reference.id.length >= 40) return `git:${reference.id}`
      const commit = isFetched ? commitOfCheckout(sourcePath(cacheDirectory, recipe.name, source)) : undefined
      return commit === undefined ? undefined : `git:${commit}`
    }
    case 'remote':
      // What has no checksum may be another file each time, but it is not fetched again while it is there.
      return fileIdentity(sourcePath(cacheDirectory, recipe.name, source), index)
    case 'file':
      return fileIdentity(source.path, index)
    case 'directory': {
      const entries = stampTree(source.path)
      const text = digestText(entries.map((entry) => `${entry.path} ${entry.text}`).join('\n'))
      const stamp = { text, isFresh: entries.some(({ isFresh }) => isFresh) }
      const tree = index.valueOf(`tree ${source.path}`, stamp, () => printDigest(digestOutput(source.path, '')))
      return `tree:${tree}`
    }
  }
}

function fileIdentity(path: string, index: ContentIndex): string | undefined {
  const stamp = stampOf(path)
  return stamp?.kind === 'file'
    ? `sha256:${index.valueOf(`file ${path}`, stamp, () => digestFileNow(path))}`
    : undefined
}
