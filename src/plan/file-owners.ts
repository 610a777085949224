import type { ManifestEntry } from '../model/manifest.ts'
import { bytesText } from '../model/tree-path.ts'
import type { MissingFile } from './missing-files.ts'
import { type WantedFile, wantedFiles } from './wanted-files.ts'

/** A package that has a file which may be what is missing. */
export interface FileOwner {
  readonly missing: MissingFile
  readonly package: string
  /** Of the file, as text. */
  readonly path: string
  readonly rank: number
  readonly isWeak: boolean
  /** Whether programs linked to the package need it when they run. */
  readonly hasSharedLibrary: boolean
}

/** Compares manifests with what is missing; made once, since worlds are large. */
export type OwnerSearch = (packageName: string, manifest: readonly ManifestEntry[]) => readonly FileOwner[]

export function searchOwners(missing: readonly MissingFile[]): OwnerSearch {
  const byBaseName = new Map<string, { missing: MissingFile; wanted: WantedFile }[]>()
  for (const one of missing)
    for (const wanted of wantedFiles(one)) {
      const base = baseName(wanted.end)
      byBaseName.set(base, [...(byBaseName.get(base) ?? []), { missing: one, wanted }])
    }
  return (packageName, manifest) => {
    const found = manifest.flatMap(({ path, isDirectory }) => {
      const plain = withoutAbi(path)
      return (byBaseName.get(baseName(plain)) ?? [])
        .filter((one) => isWanted(plain, one.wanted) && (!isDirectory || one.missing.kind === 'python'))
        .map(({ missing: one, wanted: { rank, isWeak = false } }) => ({ missing: one, path, rank, isWeak }))
    })
    if (found.length === 0) return []
    const hasSharedLibrary = manifest.some(({ path }) => /\/lib(?:32|64|x32)?\/[^/]*\.so(?:\.|$)/.test(path))
    return found.map((one) => ({ ...one, path: bytesText(one.path), package: packageName, hasSharedLibrary }))
  }
}

function isWanted(path: string, { end, directory }: WantedFile): boolean {
  return path.endsWith(end) && directory.test(path.slice(0, -end.length))
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `_x.cpython-312-x86_64-linux-gnu.so` is the module `_x`. */
function withoutAbi(path: string): string {
  return path.endsWith('.so') ? path.replace(/\.(?:cpython-|abi3)[^/]*\.so$/, '.so') : path
}
