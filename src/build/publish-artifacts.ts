import { dirname, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { signatureFault } from '../fetch/substituters/check-signature.ts'
import {
  type ArtifactIndex,
  artifactPath,
  type IndexEntry,
  parseArtifactIndex,
  printArtifactIndex,
} from '../model/artifact-index.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import type { SecretKey } from '../model/minisign.ts'
import { copyFileAtomic } from '../system/copy-file.ts'
import { digestFileNow } from '../system/digests.ts'
import { lockFile } from '../system/file-lock.ts'
import {
  fileInfo,
  isFile,
  makeDirectory,
  readBytes,
  readText,
  removeTree,
  setMode,
  writeFileAtomic,
} from '../system/files.ts'
import type { KeptArtifact } from './kept-artifacts.ts'
import { signText } from './signing-key.ts'

export interface PublishRequest {
  readonly directory: string
  readonly artifacts: readonly KeptArtifact[]
  readonly key: SecretKey
}

export interface Published {
  /** What was not there before. */
  readonly added: readonly IndexEntry[]
  readonly total: number
  readonly serial: number
}

/**
 * Adds artifacts to a binary repository: first they, then the index, then its signature, so that whoever reads meanwhile has the
 * old state or builds. Nothing is taken away. Throws `publish-refused` where an index is there that this key has not signed;
 * `io-failed`, `interrupted`.
 */
export async function publishArtifacts(
  { directory, artifacts, key }: PublishRequest,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<Published> {
  makeDirectory(directory)
  const lockPath = join(directory, '.lock')
  using lock = await lockFile(lockPath, () => emit({ kind: 'lock-waiting', path: lockPath }), signal)
  if (lock === undefined) throw new KithError('interrupted', {})
  const old = readOwnIndex(directory, key)
  const known = new Map(old.entries.map((entry) => [entry.key, entry]))
  const entries = artifacts.map(entryOf)
  const added = entries.filter((entry) => known.get(entry.key)?.sha256 !== entry.sha256)
  for (const [position, entry] of entries.entries())
    placeArtifact(directory, entry, artifacts[position]?.artifact ?? '')
  for (const entry of added) known.set(entry.key, entry)
  const serial = old.serial + (added.length > 0 ? 1 : 0)
  if (added.length > 0 || old.serial === 0) {
    const text = printArtifactIndex({ serial: Math.max(1, serial), entries: [...known.values()] })
    writeFileAtomic(join(directory, 'index'), text)
    writeFileAtomic(join(directory, 'index.minisig'), signText(text, 'index', key))
  }
  return { added, total: known.size, serial: Math.max(1, serial) }
}

function entryOf({ artifact, record }: KeptArtifact): IndexEntry {
  const { key, artifact: sha256, file, output, needs } = record
  const name = parseArtifactName(file)?.name
  if (name === undefined) throw new Error(`a record has the file name "${file}"`)
  return { file, name, key, sha256, sizeBytes: fileInfo(artifact)?.sizeBytes ?? 0, output, needs }
}

/** What another key signed, or nobody, is not made ours by adding to it. */
function readOwnIndex(directory: string, { id, key }: SecretKey): ArtifactIndex {
  const [path, signature] = [join(directory, 'index'), join(directory, 'index.minisig')]
  if (!isFile(path)) return { serial: 0, entries: [] }
  const refuse = (reason: string): never => {
    throw new KithError('publish-refused', { directory, reason })
  }
  const bytes = readBytes(path)
  const fault = signatureFault(bytes, isFile(signature) ? readText(signature) : '', [{ id, key }])
  if (fault !== undefined) return refuse(`the index there is not of this key: ${fault}`)
  const reading = parseArtifactIndex(bytes.toString())
  return reading.kind === 'index' ? reading.index : refuse(`the index there cannot be read: ${reading.reason}`)
}

/** A copy, not a link: other tools write into the cache's tarballs in place. */
function placeArtifact(directory: string, entry: IndexEntry, artifact: string): void {
  const path = join(directory, artifactPath(entry))
  if (fileInfo(path)?.sizeBytes === entry.sizeBytes && digestFileNow(path) === entry.sha256) return
  makeDirectory(dirname(path))
  copyFileAtomic(artifact, path)
  setMode(path, 0o644)
  if (digestFileNow(path) === entry.sha256) return
  removeTree(path)
  throw new KithError('io-failed', { action: 'copy', path: artifact, reason: 'it was changed meanwhile' })
}
