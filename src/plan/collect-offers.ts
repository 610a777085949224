import { type Need, type Offer, offerName, type PackageOffers } from '../model/offers.ts'
import { baseName, parentPath, type TreePath } from '../model/tree-path.ts'
import { searchDirectories, standardDirectories } from './library-search.ts'
import { reachesNeed } from './offer-match.ts'
import { parsePkgConfig } from './pkg-config.ts'
import { isInProgramDirectory } from './program-directories.ts'

/** What an ELF file says of itself. */
export interface LinkedFile {
  readonly class: 32 | 64
  readonly byteOrder: 'little' | 'big'
  readonly machine: number
  readonly type: 'relocatable' | 'executable' | 'shared' | 'other'
  /** Names are bytes (latin1). */
  readonly needed: readonly string[]
  readonly soname: string | undefined
  readonly rpath: string | undefined
  readonly runpath: string | undefined
}

export interface OfferingFile {
  readonly path: TreePath
  readonly kind: 'file' | 'symlink'
  readonly isExecutable: boolean
}

/** A package's tree: every path is one of its own, and nothing outside of it is looked at. */
export interface OfferingTree {
  /** Its files and links. */
  readonly files: Iterable<OfferingFile>
  /** What `path` is, links followed inside the tree; undefined where that is no ELF file of the tree. */
  readonly elf: (path: TreePath) => LinkedFile | undefined
  /** Where a link leads inside the tree. */
  readonly target: (path: TreePath) => TreePath
  /** Bytes as latin1; undefined for what is no file, or too large to be what it should be. */
  readonly text: (path: TreePath) => string | undefined
}

/**
 * What a package offers: libraries by every name under which the loader finds one (and their sonames), modules of pkg-config, programs
 * on PATH; and what it needs of others: libraries that it does not bring itself, and what its modules require.
 */
export function collectOffers(tree: OfferingTree): PackageOffers {
  const offers: Offer[] = []
  const needs: Need[] = []
  for (const { path, kind, isExecutable } of tree.files) {
    if (isOnPath(path) && (isExecutable || kind === 'symlink')) offers.push({ kind: 'cmd', name: baseName(path) })
    if (/\/pkgconfig\/[^/]+\.pc$/s.test(path)) collectModule(path, tree, { offers, needs })
    else if (isInProgramDirectory(path)) {
      const elf = tree.elf(path)
      if (elf === undefined) continue
      collectLibrary(path, elf, tree, offers)
      if (kind === 'file') needs.push(...collectNeeded(path, elf))
    }
  }
  return { offers, needs: withoutOwn(needs, offers) }
}

/** What the package brings itself, where it is looked for, it needs of nobody. */
function withoutOwn(needs: readonly Need[], offers: readonly Offer[]): Need[] {
  const own = new Map<string, Offer[]>()
  for (const offer of offers) own.set(offerName(offer), [...(own.get(offerName(offer)) ?? []), offer])
  return needs.filter((need) => !own.get(offerName(need))?.some((offer) => reachesNeed(need, offer)))
}

/** `64le/62` */
function abiOf(elf: LinkedFile): string {
  return `${elf.class}${elf.byteOrder === 'little' ? 'le' : 'be'}/${elf.machine}`
}

function collectLibrary(path: TreePath, elf: LinkedFile, tree: OfferingTree, offers: Offer[]): void {
  if (elf.type !== 'shared') return
  const name = baseName(path)
  // A program that can be loaded anywhere has the same type.
  if (elf.soname === undefined && !name.includes('.so')) return
  const version = /\.so\.(.+)$/s.exec(baseName(tree.target(path)))?.[1]
  const common = { kind: 'so', version, abi: abiOf(elf), directory: parentPath(path) } as const
  offers.push({ ...common, name })
  if (elf.soname !== undefined && elf.soname !== name && isFileName(elf.soname))
    offers.push({ ...common, name: elf.soname })
}

function collectNeeded(path: TreePath, elf: LinkedFile): Need[] {
  if (elf.type !== 'shared' && elf.type !== 'executable') return []
  const file = { path, rpath: elf.rpath, runpath: elf.runpath }
  const directories = searchDirectories(file, { withFixed: true }).filter((one) => !standardDirectories.includes(one))
  const abi = abiOf(elf)
  return elf.needed.filter(isFileName).map((name) => ({ kind: 'so', name, abi, directories }))
}

/** What has a slash is a path, and no name that anything could offer. */
function isFileName(name: string): boolean {
  return name !== '' && !name.includes('/')
}

function collectModule(
  path: TreePath,
  tree: OfferingTree,
  { offers, needs }: { readonly offers: Offer[]; readonly needs: Need[] },
): void {
  const text = tree.text(path)
  if (text === undefined) return
  const { version, requires } = parsePkgConfig(text)
  offers.push({ kind: 'pc', name: baseName(path).slice(0, -'.pc'.length), version })
  for (const required of requires) needs.push({ kind: 'pc', ...required })
}

function isOnPath(path: TreePath): boolean {
  return /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/s.test(path)
}
