import { type Digest, parseDigest, printDigest } from '../model/digest.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import { isOutputPath } from '../model/output-path.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { ensureLayer, type LayerSource } from '../sandbox/layers.ts'
import { digestText } from '../system/digests.ts'
import { stampOf } from '../system/file-stamp.ts'
import { treeEntry } from '../system/tree.ts'
import type { ContentIndex } from './content-index.ts'
import { digestEntries, digestOutput } from './digest-output.ts'
import { readRecord } from './kept-artifacts.ts'
import { readLayerEntry } from './layer-entry.ts'
import type { PackageSupply } from './sysroot-packages.ts'

/** What builds get of a package: the tree that they see, and what comes with it. */
export interface PackageOutput {
  readonly digest: Digest
  /** What it needs to run, in the order of its `depends`. */
  readonly needs: readonly PackageName[]
}

export interface PackageOutputs {
  readonly ofArtifact: (name: PackageName, file: string) => Promise<PackageOutput>
  /** Undefined where it is not installed. */
  readonly ofInstalled: (name: PackageName) => PackageOutput | undefined
  /** The same of what this run has a newer one of. */
  readonly ofFormer: (name: PackageName) => PackageOutput | undefined
}

/** What packages put out, by their records, or found out once by looking at them. Throws `io-failed`, `archive-invalid`. */
export function createOutputs(
  { installed, former, root }: Pick<PackageSupply, 'installed' | 'former' | 'root'>,
  layersDirectory: string,
  index: ContentIndex,
): PackageOutputs {
  const known = new Map<PackageName, PackageOutput | undefined>()
  const find = (name: PackageName, among: PackageSupply['former']): PackageOutput | undefined => {
    const found = among?.get(name)
    if (found === undefined) return undefined
    const needs = found.dependencies.filter(({ kind }) => kind === 'run').map((dependency) => dependency.name)
    return { digest: digestRoot(name, { root, manifest: found.manifest() }, index), needs }
  }
  return {
    async ofArtifact(name, file) {
      const record = readRecord(file, index)
      if (record !== undefined) return { digest: record.output, needs: record.needs }
      return await outputOfTarball({ kind: 'artifact', name, file }, layersDirectory, index)
    },
    ofInstalled(name) {
      if (!known.has(name)) known.set(name, find(name, installed))
      return known.get(name)
    },
    ofFormer: (name) => find(name, former),
  }
}

/** Of a tarball that kith has no record of: it is unpacked as the layer that a build would use. */
async function outputOfTarball(
  source: Extract<LayerSource, { kind: 'artifact' }>,
  layersDirectory: string,
  index: ContentIndex,
): Promise<PackageOutput> {
  const key = `output ${source.file}`
  const stamp = stampOf(source.file) ?? { text: '', isFresh: true }
  const [text = '', ...names] = index.find(key, stamp)?.split(' ') ?? []
  const digest = parseDigest(text)
  if (digest !== undefined) return { digest, needs: names.map(parsePackageName) }
  const name = parsePackageName(source.name)
  const layer = await ensureLayer(source, [], layersDirectory)
  const { dependencies } = readLayerEntry(layer, name)
  const needs = dependencies.filter(({ kind }) => kind === 'run').map((dependency) => dependency.name)
  const output = { digest: digestOutput(layer, name), needs }
  index.keep(key, stamp, [printDigest(output.digest), ...needs].join(' '))
  return output
}

/** The files are looked at each time, and read where one of them is another than before. */
function digestRoot(
  name: PackageName,
  { root, manifest }: { readonly root: string; readonly manifest: readonly ManifestEntry[] },
  index: ContentIndex,
): Digest {
  const paths = manifest.filter(({ path }) => isOutputPath(path, name))
  const present = paths.flatMap(({ path, isDirectory }) => {
    const entry = treeEntry(root, path)
    // A directory of the package can be a link in the root: there it is one of its own.
    return entry === undefined || (isDirectory && entry.kind === 'symlink') ? [] : [entry]
  })
  const lines = present.map(({ path, kind, mode, sizeBytes, mtimeMs, inode }) =>
    kind === 'directory' ? `${path} ${mode}` : `${path} ${mode} ${sizeBytes} ${mtimeMs} ${inode}`,
  )
  const isFresh = present.some(({ mtimeMs }) => mtimeMs > Date.now() - 2_000)
  const stamp = { text: digestText(lines.join('\n'), 'latin1'), isFresh }
  const digest = (): Digest => digestEntries(root, name, present)
  const made = index.valueOf(`installed ${root} ${name}`, stamp, () => printDigest(digest()))
  return parseDigest(made) ?? digest()
}
