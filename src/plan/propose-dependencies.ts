import type { FileOwner } from './file-owners.ts'
import type { MissingFile } from './missing-files.ts'
import { recipeGuesses } from './wanted-files.ts'

/** A line that a recipe's `depends` may lack. */
export interface DependencyProposal {
  readonly dependency: string
  /** For the `depends` file: `cmake make`. */
  readonly line: string
  /** `path`: what the package has for it; absent where only its name speaks for it. */
  readonly missing: readonly (MissingFile & { readonly path?: string })[]
  /** Other packages that have the first of them just as well. */
  readonly others: readonly string[]
}

export interface KnownPackages {
  /** Whether the build could use the package already, or is the build of it. */
  readonly isPresent: (name: string) => boolean
  /** Whether a package's files were looked at: its name need not be guessed from then. */
  readonly isSearched: (name: string) => boolean
  readonly hasRecipe: (name: string) => boolean
}

/** A failure has few causes; more would be guessing. */
const mostProposals = 5
/** A header of a common name, somewhere below the headers of this many packages, says nothing. */
const mostDeepOwners = 3

/**
 * What to add to `depends` for what is missing. Nothing where a package that the build has already brings it: then something
 * else is wrong.
 */
export function proposeDependencies(
  missing: readonly MissingFile[],
  owners: readonly FileOwner[],
  known: KnownPackages,
): readonly DependencyProposal[] {
  const proposals = new Map<string, DependencyProposal>()
  for (const one of missing) {
    const proposal = proposeFor(
      one,
      owners.filter((owner) => owner.missing === one),
      known,
    )
    if (proposal === undefined) continue
    const earlier = proposals.get(proposal.dependency)
    proposals.set(proposal.dependency, earlier === undefined ? proposal : join(earlier, proposal))
  }
  return [...proposals.values()].slice(0, mostProposals)
}

function proposeFor(
  missing: MissingFile,
  owners: readonly FileOwner[],
  known: KnownPackages,
): DependencyProposal | undefined {
  if (owners.some((owner) => !owner.isWeak && owner.rank === 0 && known.isPresent(owner.package))) return undefined
  const absent = owners.filter((owner) => !known.isPresent(owner.package))
  const rank = Math.min(...absent.map((owner) => owner.rank))
  const best = absent.filter((owner) => owner.rank === rank).sort(byPath)
  const packages = [...new Set(best.map((owner) => owner.package))]
  if (missing.kind === 'header' && rank > 0 && packages.length > mostDeepOwners) return undefined
  const [owner] = best
  if (owner === undefined) return proposeByName(missing, known)
  return {
    dependency: owner.package,
    line: isRuntime(missing) && owner.hasSharedLibrary ? owner.package : `${owner.package} make`,
    missing: [{ ...missing, path: owner.path }],
    others: packages.slice(1),
  }
}

/** The shortest path is the plainest: /usr/bin/cc before /usr/lib/ccache/bin/cc. */
function byPath(one: FileOwner, other: FileOwner): number {
  if (one.path.length !== other.path.length) return one.path.length - other.path.length
  return one.package < other.package ? -1 : 1
}

function proposeByName(missing: MissingFile, known: KnownPackages): DependencyProposal | undefined {
  const guesses = [...new Set(recipeGuesses(missing))].filter(known.hasRecipe)
  if (guesses.some(known.isPresent)) return undefined
  const guess = guesses.find((name) => !known.isSearched(name))
  if (guess === undefined) return undefined
  return { dependency: guess, line: isRuntime(missing) ? guess : `${guess} make`, missing: [missing], others: [] }
}

/** Whether a build that misses this is likely to link to it. */
function isRuntime({ kind }: MissingFile): boolean {
  return ['header', 'library', 'library-file', 'pkg-config', 'cmake'].includes(kind)
}

function join(earlier: DependencyProposal, later: DependencyProposal): DependencyProposal {
  const line = earlier.line.length < later.line.length ? earlier.line : later.line
  return { ...earlier, line, missing: [...earlier.missing, ...later.missing] }
}
