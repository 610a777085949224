import { type Dependency, parseDepends } from '../../model/depends.ts'
import type { PackageName } from '../../model/package-name.ts'
import { bytesText, type TreePath } from '../../model/tree-path.ts'
import { candidatePaths, hasFixedSearchPath, type SearchingFile } from '../../plan/library-search.ts'
import { rewriteDepends } from './rewrite-depends.ts'

/** A regular ELF file of the package, as it lies in the built tree; links are not listed. */
export interface DetectionFile extends SearchingFile {
  readonly class: 32 | 64
  readonly machine: number
  readonly needed: readonly string[]
}

/** What is known of a library that was found; what is not known fits everything. */
export interface LibraryFound {
  readonly class?: 32 | 64 | undefined
  readonly machine?: number | undefined
}

export interface DetectionInput {
  readonly package: PackageName
  readonly files: readonly DetectionFile[]
  /** The text of the recipe's `depends`; empty where it has none. */
  readonly depends: string
  /** What the package itself brings at `path`, links resolved inside its tree. */
  readonly ownLibrary: (path: TreePath) => LibraryFound | undefined
  /** Whose file `path` is among the packages that are there, with symlinks to directories resolved. */
  readonly ownerOf: (path: TreePath) => (LibraryFound & { readonly owner: PackageName }) | undefined
}

export interface DependencyChange {
  readonly dependency: PackageName
  /** `added`: was not declared. `promoted`: was declared for building only. */
  readonly change: 'added' | 'promoted'
  readonly file: TreePath
  /** As the file names it, bytes (latin1). */
  readonly library: string
  /** `/usr/bin/curl needs libz.so.1` */
  readonly because: string
}

export interface Detection {
  /** For the package's database entry; the recipe's text where nothing changed. */
  readonly depends: string
  readonly dependencies: readonly Dependency[]
  /** Sorted by name. */
  readonly changes: readonly DependencyChange[]
}

/**
 * Finds the packages whose shared libraries the files need, and makes them runtime dependencies. Only what a file itself
 * names counts, not what its libraries need. A file with an absolute search path is left out: where its libraries come from
 * is not for us to know. Pure: everything about the world comes through the two functions.
 */
export function detectDependencies(input: DetectionInput): Detection {
  const reasons = new Map<PackageName, { readonly file: TreePath; readonly library: string }>()
  for (const file of [...input.files].sort((one, other) => (one.path < other.path ? -1 : 1))) {
    if (hasFixedSearchPath(file)) continue
    for (const library of file.needed) {
      const owner = isOfToolchain(library) ? undefined : findOwner(library, file, input)
      if (owner !== undefined && owner !== input.package && !reasons.has(owner))
        reasons.set(owner, { file: file.path, library })
    }
  }
  const declared = new Map(parseDepends(input.depends, 'depends').dependencies.map(({ name, kind }) => [name, kind]))
  const changes = [...reasons]
    .filter(([dependency]) => declared.get(dependency) !== 'run')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([dependency, { file, library }]): DependencyChange => {
      const change = declared.has(dependency) ? 'promoted' : 'added'
      return { dependency, change, file, library, because: `${bytesText(file)} needs ${bytesText(library)}` }
    })
  const depends = rewriteDepends(
    input.depends,
    changes.map(({ dependency }) => dependency),
  )
  return { depends, dependencies: parseDepends(depends, 'depends').dependencies, changes }
}

/** Of libc, the compiler and its runtime: KISS counts on them being there. */
function isOfToolchain(library: string): boolean {
  const name = library.slice(library.lastIndexOf('/') + 1)
  return toolchainLibrary.test(name)
}
const toolchainLibrary =
  /^(?:ld-.*|lib[cm]\.so.*|lib(?:c\+\+|c\+\+abi|crypt|dl|gcc_s|mvec|pthread|resolv|rt|stdc\+\+|trace|unwind|util|xnet)\.so.*|ldd)$/s

/** The package that has `library`, unless the package itself brings it. */
function findOwner(library: string, file: DetectionFile, input: DetectionInput): PackageName | undefined {
  const fits = (found: LibraryFound | undefined): boolean =>
    found !== undefined &&
    (found.class === undefined || found.class === file.class) &&
    (found.machine === undefined || found.machine === file.machine)
  const candidates = candidatePaths(library, file)
  if (candidates.some((path) => fits(input.ownLibrary(path)))) return undefined
  for (const path of candidates) {
    const found = input.ownerOf(path)
    if (found !== undefined && fits(found)) return found.owner
  }
  return undefined
}
