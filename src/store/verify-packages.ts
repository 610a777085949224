import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import type { PackageSums } from '../model/package-sums.ts'
import type { TreePath } from '../model/tree-path.ts'
import { type FoundPath, type Installer, judgePath, type PathFault } from '../plan/judge-path.ts'
import { manifestPath } from '../plan/transaction.ts'
import { digestText } from '../system/digests.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { treeLink } from '../system/tree.ts'
import { type HandleEntry, TreeHandle } from '../system/tree-handle.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { findExtra } from './find-extra.ts'
import { type InstalledPackage, loadInstalled, readManifest } from './installed-database.ts'
import { readSums } from './package-facts.ts'
import { etcSum, isBelowEtc, readPackageState, sumAlgorithm } from './package-state.ts'
import { openVerifyCache, type VerifyCache } from './verify-cache.ts'

export interface VerifiedPath {
  readonly package: PackageName
  readonly path: TreePath
  /** `edited`: what is in /etc is there to be edited. */
  readonly faults: readonly (PathFault | 'edited')[]
}

export interface Verification {
  readonly paths: readonly VerifiedPath[]
  /** What is in the packages' own directories and no package has; a directory stands for what is in it. */
  readonly extra: readonly TreePath[]
  /** Packages that another tool installed or changed: of these only what their manifest and etcsums say is known. */
  readonly withoutSums: readonly PackageName[]
  /** How many paths were looked at. */
  readonly checked: number
}

export interface VerifyOptions {
  /** Hashes every file, whatever was found before. */
  readonly isFull: boolean
  /** All where undefined. */
  readonly names?: readonly PackageName[] | undefined
}

interface Verifier {
  readonly tree: TreeHandle
  readonly view: TreeView
  readonly physical: PhysicalPaths
  readonly cache: VerifyCache
  readonly isFull: boolean
}

/**
 * Compares installed packages with what was installed. Changes nothing but a cache. Throws `not-installed`, `database-invalid`,
 * `io-failed`.
 */
export async function verifyPackages(root: string, { isFull, names }: VerifyOptions): Promise<Verification> {
  const installed = loadInstalled(root)
  const chosen = (names ?? [...installed.keys()]).map((name) => {
    const found = installed.get(name)
    if (found === undefined) throw new KithError('not-installed', { name })
    return found
  })
  using tree = new TreeHandle(root)
  const view = diskTree(root)
  const physical = new PhysicalPaths(view)
  const cache = openVerifyCache(root)
  const verifier: Verifier = { tree, view, physical, cache, isFull }
  const paths: VerifiedPath[] = []
  const withoutSums: PackageName[] = []
  let checked = 0
  for (const one of chosen) {
    const sums = readSums(one.name, one.entry, view)
    if (sums === undefined) withoutSums.push(one.name)
    const found = sums === undefined ? await verifyByManifest(one, verifier) : verifyBySums(one, sums, verifier)
    checked += found.checked
    paths.push(...found.paths)
  }
  cache.save(names === undefined)
  return { paths, extra: findExtra(chosen, installed.values(), { view, physical }), withoutSums, checked }
}

type PackageVerification = Pick<Verification, 'paths' | 'checked'>

function verifyBySums(
  { name, entry }: InstalledPackage,
  { sums }: PackageSums,
  verifier: Verifier,
): PackageVerification {
  const { tree, physical } = verifier
  const installer = tree.entry(manifestPath(entry)) ?? { uid: 0, gid: 0 }
  const paths = [...sums].flatMap(([path, sum]) => {
    const place = physical.place(path)
    const found = lookAt(place, sum.kind === 'directory', verifier)
    const faults = judgePath(sum, found, installer).map((fault) => toldInEtc(fault, path))
    return faults.length === 0 ? [] : [{ package: name, path, faults }]
  })
  return { paths, checked: sums.size }
}

/** A file in /etc that somebody removed is damage as little as one that somebody wrote. */
function toldInEtc(fault: PathFault, path: TreePath): PathFault | 'edited' {
  return isBelowEtc(path) && fault !== 'mode' && fault !== 'owner' ? 'edited' : fault
}

/** What the KISS database alone tells: which files there are, and what those in /etc were. */
async function verifyByManifest(
  { name, entry }: InstalledPackage,
  { view, physical }: Verifier,
): Promise<PackageVerification> {
  const paths: VerifiedPath[] = []
  const { etcSums } = readPackageState(view, entry)
  const listed = readManifest(view, entry)
  for (const { path, isDirectory } of listed) {
    const place = physical.place(path)
    const found = view.entry(isDirectory ? physical.target(path) : place)
    const sum = etcSums.get(path)
    const isEdited = sum !== undefined && (await etcSum(view, place, sumAlgorithm(sum))) !== sum
    if (isEdited) paths.push({ package: name, path, faults: ['edited'] })
    else if (found === undefined) paths.push({ package: name, path, faults: ['missing'] })
    else if (isDirectory !== (found.kind === 'directory')) paths.push({ package: name, path, faults: ['type'] })
  }
  return { paths, checked: listed.length }
}

/** A link to a directory is as good as a directory, where the package has one: the user's /usr may be elsewhere. */
function lookAt(place: TreePath, isDirectory: boolean, verifier: Verifier): FoundPath | undefined {
  const { tree, physical } = verifier
  const entry = tree.entry(place)
  if (entry === undefined) return undefined
  if (isDirectory && entry.kind === 'symlink') {
    const target = tree.entry(physical.target(place))
    return target?.kind === 'directory' ? describe(target) : describe(entry)
  }
  if (entry.kind === 'file')
    return { ...describe(entry), kind: 'file', sizeBytes: entry.sizeBytes, sha256: hashOf(place, entry, verifier) }
  if (entry.kind === 'symlink')
    return { ...describe(entry), kind: 'symlink', sha256: digestText(treeLink(tree.directory, place), 'latin1') }
  return describe(entry)
}

function describe({
  kind,
  mode,
  uid,
  gid,
}: HandleEntry): Extract<FoundPath, { kind: 'other' | 'directory' | 'fifo' }> & Installer {
  return { kind: kind === 'directory' || kind === 'fifo' ? kind : 'other', mode, uid, gid }
}

function hashOf(place: TreePath, entry: HandleEntry, { tree, cache, isFull }: Verifier): string {
  const known = isFull ? undefined : cache.get(entry)
  if (known !== undefined) return known
  const sha256 = tree.sha256(place)
  cache.set(entry, sha256)
  return sha256
}
