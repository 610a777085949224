import { parsePackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import { openForReading } from '../system/byte-range.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { hostPath, type TreeEntry, treeEntry } from '../system/tree.ts'
import { diskTree } from '../system/tree-view.ts'
import { type Detection, type DetectionFile, detectDependencies } from './elf/detect-dependencies.ts'
import { type ElfFile, parseElf } from './elf/parse-elf.ts'
import { isInProgramDirectory } from './elf/strip-plan.ts'
import type { PackageJob, PackageResult } from './worker-job.ts'

export interface TreeDetection {
  readonly detection: Detection
  readonly inspected: PackageResult['inspected']
}

/**
 * Looks at every ELF file below program directories of the built tree, and finds the packages of the sysroot whose libraries
 * they need. Links are judged in the tree itself; libraries of the package do not count.
 */
export function detectInTree(
  directory: string,
  files: readonly TreeEntry[],
  job: Pick<PackageJob, 'package' | 'libraries' | 'aliases'>,
  depends: string,
): TreeDetection {
  const found: { path: TreePath; elf: ElfFile }[] = []
  for (const { path } of files) {
    if (!isInProgramDirectory(path)) continue
    const elf = readElf(directory, path)
    if (elf !== undefined) found.push({ path, elf })
  }
  const physical = new PhysicalPaths(diskTree(directory))
  const owners = new Map(job.libraries.map((one) => [resolveAliases(textTreePath(one.path), job.aliases), one.package]))
  const detection = detectDependencies({
    package: parsePackageName(job.package),
    files: found.map(({ path, elf }): DetectionFile => ({ path, ...elf })),
    depends,
    ownLibrary(path) {
      const target = physical.target(physical.place(path))
      return treeEntry(directory, target)?.kind === 'file' ? readElf(directory, target) : undefined
    },
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
  return { detection, inspected }
}

function readElf(directory: string, path: TreePath): ElfFile | undefined {
  using file = openForReading(hostPath(directory, path))
  const reading = parseElf(file)
  return reading.kind === 'elf' ? reading.elf : undefined
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
