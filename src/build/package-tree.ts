import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { parseDepends } from '../model/depends.ts'
import { printDigest } from '../model/digest.ts'
import { emptySum, printEtcsums } from '../model/etcsums.ts'
import { type ManifestEntry, printManifest } from '../model/manifest.ts'
import { printOffers } from '../model/offers.ts'
import {
  ancestorPaths,
  baseName,
  bytesText,
  childPath,
  parentPath,
  type TreePath,
  textTreePath,
} from '../model/tree-path.ts'
import { isReservedPath } from '../system/archive/artifact-path.ts'
import { packArtifact } from '../system/archive/pack-artifact.ts'
import { digestFile } from '../system/digests.ts'
import { isFile, makeDirectory, readText, writeFileAtomic } from '../system/files.ts'
import { copyTree, hostPath, type TreeEntry, treeEntry, treeNames, walkTree } from '../system/tree.ts'
import { detectInTree } from './detect-in-tree.ts'
import { digestOutput } from './digest-output.ts'
import { listPrivileged, readXattrs } from './read-xattrs.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import { stripTree } from './strip-tree.ts'
import type { PackageJob, PackageResult } from './worker-job.ts'

/**
 * Makes a package of what a build script installed: the recipe as its database entry, stripped, dependencies detected,
 * listed and packed. Runs in the worker; the tree is hostile, and no link in it is followed.
 */
export async function packageTree(job: PackageJob): Promise<PackageResult> {
  const destdir = sandboxPaths.destdir(job.package)
  const entry = textTreePath(`/var/db/kiss/installed/${job.package}`)
  const entryDirectory = join(destdir, entry)
  checkTree(destdir, entry, job.package)
  makeDirectory(entryDirectory)
  copyTree(sandboxPaths.recipe(job.package), entryDirectory, { dereference: true })
  const programs = [...walkTree(destdir)].filter(({ kind }) => kind === 'file')
  const xattrs = readXattrs(destdir, programs, job.package)
  const isStripping = job.isStripping && treeEntry(sandboxPaths.build(job.package), nostripFile) === undefined
  const warnings = isStripping ? await stripTree(destdir, programs) : []
  const dependsFile = join(entryDirectory, 'depends')
  const declared = isFile(dependsFile) ? readText(dependsFile) : ''
  const entries = [...walkTree(destdir)]
  const { detection, offers, inspected } = detectInTree(destdir, entries, job, declared)
  if (detection.depends !== '') writeFileAtomic(dependsFile, detection.depends)
  const listed = listTree(destdir, entry)
  if (treeEntry(destdir, textTreePath('/etc')) !== undefined)
    writeFileAtomic(join(entryDirectory, 'etcsums'), printEtcsums(await sumEtc(destdir, listed)))
  writeFileAtomic(join(entryDirectory, 'manifest'), Buffer.from(printManifest(listed), 'latin1'))
  const file = join(sandboxPaths.output, job.artifact)
  const { compression, newestMtime } = job
  const sizeBytes = await packArtifact(destdir, file, { compression, newestMtime, xattrs })
  const files = listed.filter(({ isDirectory }) => !isDirectory).length
  const privileged = listPrivileged(destdir, programs, xattrs)
  const output = printDigest(digestOutput(destdir, job.package))
  const { dependencies } = parseDepends(isFile(dependsFile) ? readText(dependsFile) : '', dependsFile)
  const needs = dependencies.filter(({ kind }) => kind === 'run').map(({ name }) => name)
  return {
    kind: 'packaged',
    files,
    sizeBytes,
    output,
    needs,
    inspected,
    detected: detection.changes,
    offers: printOffers(offers),
    privileged,
    warnings,
  }
}

const nostripFile = textTreePath('/nostrip')

/** The way to the database entry must be directories, and nothing in the tree what no artifact can have. */
function checkTree(destdir: string, entry: TreePath, name: string): void {
  const refuse = (path: TreePath, reason: string): never => {
    throw new KithError('build-left-unusable', { package: name, path: bytesText(path), reason })
  }
  for (const path of [...ancestorPaths(entry), entry]) {
    const found = treeEntry(destdir, path)
    if (found !== undefined && found.kind !== 'directory') refuse(path, 'is no directory')
  }
  const database = parentPath(entry)
  if (treeEntry(destdir, database) !== undefined)
    for (const other of treeNames(destdir, database))
      if (childPath(database, other) !== entry) refuse(childPath(database, other), 'is the entry of another package')
  for (const { path, kind } of walkTree(destdir)) {
    if (kind === 'other') refuse(path, 'is a socket or a device')
    if (isReservedPath(path)) refuse(path, 'has a name that begins with ".kith", as only kith itself may have')
  }
}

/** What the manifest lists: everything but libtool's leftovers, with the two files that are still to be written. */
function listTree(destdir: string, entry: TreePath): ManifestEntry[] {
  const tree = [...walkTree(destdir)]
  const broken = tree.find(({ path }) => path.includes('\n'))
  if (broken !== undefined)
    throw new KithError('build-left-unusable', {
      package: baseName(entry),
      path: bytesText(broken.path),
      reason: 'has a line break in its name, which no manifest can hold',
    })
  const isListed = ({ path, kind }: TreeEntry): boolean =>
    kind === 'directory' || !(path.endsWith('.la') || baseName(path) === 'charset.alias')
  const entries = tree.filter(isListed).map(({ path, kind }) => ({ path, isDirectory: kind === 'directory' }))
  const hasEtc = treeEntry(destdir, textTreePath('/etc')) !== undefined
  const written = ['manifest', ...(hasEtc ? ['etcsums'] : [])].map((file) => textTreePath(`${entry}/${file}`))
  return [...entries, ...written.map((path) => ({ path, isDirectory: false }))]
}

/** One sum for each file below /etc, in the manifest's order; links count as empty files. */
async function sumEtc(destdir: string, listed: readonly ManifestEntry[]): Promise<string[]> {
  const paths = listed
    .filter(({ path, isDirectory }) => !isDirectory && path.startsWith('/etc/'))
    .map(({ path }) => path)
  const sums: string[] = []
  for (const path of paths.sort((one, other) => (one < other ? 1 : -1))) {
    const isFile = treeEntry(destdir, path)?.kind === 'file'
    sums.push(isFile ? (await digestFile(hostPath(destdir, path), ['blake3'])).blake3 : emptySum)
  }
  return sums
}
