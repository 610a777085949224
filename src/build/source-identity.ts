import { commitOfCheckout } from '../fetch/git/checkout-commit.ts'
import { redactUrls } from '../fetch/redact-urls.ts'
import { sourcePath } from '../fetch/source-path.ts'
import { printDigest } from '../model/digest.ts'
import type { Recipe } from '../model/recipe.ts'
import { isHashable, type Source } from '../model/sources.ts'
import { digestFileNow, digestText } from '../system/digests.ts'
import { stampOf, stampTree } from '../system/file-stamp.ts'
import type { ContentIndex } from './content-index.ts'
import { digestOutput } from './digest-output.ts'

/** What is known of a source by its recipe: what it is, or where that is to be seen. Plain JSON. */
export interface SourceFacts {
  /** As in the sources file, without passwords. */
  readonly text: string
  readonly destination?: string | undefined
  readonly identity?: string
  readonly look?: { readonly kind: 'file' | 'directory' | 'checkout'; readonly path: string }
}

/**
 * Where the recipe has a checksum a source is that, so that nothing must be at hand; a commit is itself; of a branch it is
 * the commit that was fetched, and of all else the content. Throws `source-path-unsafe`.
 */
export function listSourceFacts(recipe: Recipe, cacheDirectory: string): SourceFacts[] {
  const hashable = recipe.sources.filter(isHashable)
  return recipe.sources.map((source): SourceFacts => {
    const { destination } = source
    const text = redactUrls(source.text)
    const checksum = recipe.checksums?.[hashable.indexOf(source)]?.checksum
    if (source.kind === 'remote' && checksum !== undefined && checksum.algorithm !== 'skip')
      return { text, destination, identity: `${checksum.algorithm}:${checksum.hex}` }
    if (source.kind === 'git' && source.git.reference.kind === 'commit' && source.git.reference.id.length >= 40)
      return { text, destination, identity: `git:${source.git.reference.id}` }
    const path = sourcePath(cacheDirectory, recipe.name, source)
    return { text, destination, look: { kind: lookKind(source), path } }
  })
}

function lookKind({ kind }: Source): 'file' | 'directory' | 'checkout' {
  return kind === 'git' ? 'checkout' : kind === 'directory' ? 'directory' : 'file'
}

/**
 * `blake3:…`, `sha256:…`, `git:<commit>`, `tree:<digest>`; undefined where it is not known before the source is fetched. What has
 * no checksum may be another file each time that it is fetched, but is not fetched again while it is there.
 */
export function identifySource(
  { identity, look }: SourceFacts,
  { index, isFetched }: { readonly index: ContentIndex; readonly isFetched: boolean },
): string | undefined {
  if (look === undefined) return identity
  switch (look.kind) {
    case 'checkout': {
      // What was fetched for another build says nothing of where a branch is now.
      const commit = isFetched ? commitOfCheckout(look.path) : undefined
      return commit === undefined ? undefined : `git:${commit}`
    }
    case 'file': {
      const stamp = stampOf(look.path)
      if (stamp?.kind !== 'file') return undefined
      return `sha256:${index.valueOf(`file ${look.path}`, stamp, () => digestFileNow(look.path))}`
    }
    case 'directory': {
      const entries = stampTree(look.path)
      const text = digestText(entries.map((entry) => `${entry.path} ${entry.text}`).join('\n'), 'latin1')
      const stamp = { text, isFresh: entries.some(({ isFresh }) => isFresh) }
      return `tree:${index.valueOf(`tree ${look.path}`, stamp, () => printDigest(digestOutput(look.path, '')))}`
    }
  }
}
