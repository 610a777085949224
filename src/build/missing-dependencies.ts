import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import { type ManifestEntry, parseManifest } from '../model/manifest.ts'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { type FileOwner, searchOwners } from '../plan/file-owners.ts'
import { findMissing, type MissingFile } from '../plan/missing-files.ts'
import { proposeDependencies } from '../plan/propose-dependencies.ts'
import { readMember } from '../system/archive/read-member.ts'
import { fileInfo, linkInfo, readDirectory } from '../system/files.ts'
import { artifactDirectory } from './artifact-cache.ts'
import type { PackageSupply, SysrootPackages } from './sysroot-packages.ts'

/** Every package that is known here, built or not. */
export interface PackageWorld extends PackageSupply {
  readonly hasRecipe: (name: PackageName) => boolean
}

export interface FailedBuild {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  /** The end of what it printed. */
  readonly log: string
}

/** Of tarballs, compressed: reading them all may take longer than anybody waits for a hint. */
const mostBytes = 2 ** 30
const mostManifestBytes = 64 * 2 ** 20

/**
 * Tells which packages of the world have what a failed build did not find and did not declare. Looks at the installed ones
 * first, and for what those do not have at tarballs in the cache. Never throws for what is wrong with one of them.
 */
export async function tellMissingDependencies(
  { recipe, sysroot, log }: FailedBuild,
  world: PackageWorld,
  cacheDirectory: string,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const missing = findMissing(log)
  if (missing.length === 0) return
  const searched = new Set<string>()
  const owners: FileOwner[] = []
  const remember = (
    search: ReturnType<typeof searchOwners>,
    name: string,
    manifest: readonly ManifestEntry[],
  ): void => {
    searched.add(name)
    owners.push(...search(name, manifest))
  }
  const searchAll = searchOwners(missing)
  for (const [name, { manifest }] of world.installed) remember(searchAll, name, attempt(manifest) ?? [])
  const unowned = missing.filter((one) => !owners.some((owner) => owner.missing === one && !owner.isWeak))
  if (unowned.length > 0) {
    const searchRest = searchOwners(unowned)
    for (const [name, file] of tarballs(world, cacheDirectory)) {
      if (signal.aborted) return
      remember(searchRest, name, await readManifestIn(file, name))
    }
  }
  const present = new Set<string>([recipe.name, ...sysroot.packages, ...recipe.dependencies.map(({ name }) => name)])
  const proposals = proposeDependencies(notOnHost(missing, owners, sysroot), owners, {
    isPresent: (name) => present.has(name),
    isSearched: (name) => searched.has(name),
    hasRecipe: (name) => packageNameFault(name) === undefined && world.hasRecipe(parsePackageName(name)),
  })
  for (const proposal of proposals) emit({ kind: 'dependency-missing', package: recipe.name, ...proposal })
}

/** Without what the host's own tools bring: where they are in the sandbox, what they have is not missing there. */
function notOnHost(
  missing: readonly MissingFile[],
  owners: readonly FileOwner[],
  { hasHostTools }: SysrootPackages,
): readonly MissingFile[] {
  if (!hasHostTools) return missing
  const isThere = (owner: FileOwner): boolean => owner.rank === 0 && !owner.isWeak && linkInfo(owner.path) !== undefined
  const there = new Set(owners.filter(isThere).map((owner) => owner.missing))
  return missing.filter((one) => !there.has(one))
}

/** Built packages that are not installed, the small ones first, up to the bound. */
function tarballs({ installed, artifactOf, builtOf }: PackageWorld, cacheDirectory: string): [PackageName, string][] {
  const files = attempt(() => readDirectory(artifactDirectory(cacheDirectory))) ?? []
  const names = new Set(files.flatMap((file) => parseArtifactName(file)?.name ?? []))
  const built = [...names]
    .filter((name) => !installed.has(name))
    .flatMap((name) => {
      const file = attempt(() => artifactOf(name) ?? builtOf(name))
      return file === undefined ? [] : [{ name, file, sizeBytes: attempt(() => fileInfo(file))?.sizeBytes ?? 0 }]
    })
  let total = 0
  return built
    .sort((one, other) => one.sizeBytes - other.sizeBytes)
    .filter(({ sizeBytes }) => {
      total += sizeBytes
      return total <= mostBytes
    })
    .map(({ name, file }) => [name, file])
}

async function readManifestIn(file: string, name: PackageName): Promise<readonly ManifestEntry[]> {
  try {
    const wanted = { path: `var/db/kiss/installed/${name}/manifest`, mostBytes: mostManifestBytes }
    return parseManifest((await readMember(file, wanted)) ?? '').entries
  } catch (error) {
    if (error instanceof KithError) return []
    throw error
  }
}

/** A package that cannot be read has nothing to propose; that it cannot be read others say. */
function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof KithError) return undefined
    throw error
  }
}
