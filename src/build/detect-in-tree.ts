import type { PackageOffers } from '../model/offers.ts'
import { parsePackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import { collectOffers, type OfferingFile } from '../plan/collect-offers.ts'
import { isInProgramDirectory } from '../plan/program-directories.ts'
import { openElfTree } from '../system/elf/elf-tree.ts'
import type { ElfFile } from '../system/elf/parse-elf.ts'
import type { TreeEntry } from '../system/tree.ts'
import { type Detection, type DetectionFile, detectDependencies } from './elf/detect-dependencies.ts'
import type { PackageJob, PackageResult } from './worker-job.ts'

export interface TreeDetection {
  readonly detection: Detection
  readonly offers: PackageOffers
  readonly inspected: PackageResult['inspected']
}

/**
 * Looks at every ELF file below program directories of the built tree, and finds the packages of the sysroot whose libraries
 * they need; and what the package offers and needs. Links are judged in the tree itself; libraries of the package do not count.
 */
export function detectInTree(
  directory: string,
  entries: readonly TreeEntry[],
  job: Pick<PackageJob, 'package' | 'libraries' | 'aliases'>,
  depends: string,
): TreeDetection {
  const tree = openElfTree(directory)
  const found: { path: TreePath; elf: ElfFile }[] = []
  for (const { path, kind } of entries) {
    if (kind !== 'file' || !isInProgramDirectory(path)) continue
    const elf = tree.elf(path)
    if (elf !== undefined) found.push({ path, elf })
  }
  const owners = new Map(job.libraries.map((one) => [resolveAliases(textTreePath(one.path), job.aliases), one.package]))
  const detection = detectDependencies({
    package: parsePackageName(job.package),
    files: found.map(({ path, elf }): DetectionFile => ({ path, ...elf })),
    depends,
    ownLibrary: tree.elf,
    ownerOf(path) {
      const owner = owners.get(resolveAliases(path, job.aliases))
      return owner === undefined ? undefined : { owner: parsePackageName(owner) }
    },
  })
  const inspected = found.map(({ path, elf }) => ({
    path: bytesText(path),
    type: elf.type,
    isStripped: elf.isStripped,
  }))
  return { detection, offers: collectOffers({ ...tree, files: offering(entries) }), inspected }
}

function* offering(entries: readonly TreeEntry[]): Generator<OfferingFile> {
  for (const { path, kind, mode } of entries)
    if (kind === 'file' || kind === 'symlink') yield { path, kind, isExecutable: (mode & 0o111) !== 0 }
}

/** Where a path is in the sysroot: `/lib/x` is `/usr/lib/x` where `/lib` is a link there. */
function resolveAliases(path: TreePath, aliases: PackageJob['aliases']): TreePath {
  const alias = aliases.find(({ link }) => path.startsWith(`/${link}/`))
  if (alias === undefined) return path
  const resolved = textTreePath(`/${alias.target}${path.slice(alias.link.length + 1)}`)
  return resolveAliases(
    resolved,
    aliases.filter((one) => one !== alias),
  )
}
