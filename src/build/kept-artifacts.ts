import { basename, dirname, join } from 'node:path'
import {
  type BuildInput,
  type BuildRecord,
  parseBuildInputs,
  parseBuildRecord,
  printBuildRecord,
} from '../model/build-record.ts'
import { digestFileNow } from '../system/digests.ts'
import { stampOf } from '../system/file-stamp.ts'
import {
  isDirectory,
  isFile,
  linkInfo,
  makeDirectory,
  readText,
  removeTree,
  setMode,
  writeFileAtomic,
} from '../system/files.ts'
import { linkFile, placeFile } from '../system/place-file.ts'
import { artifactDirectory, offersBeside } from './artifact-cache.ts'
import type { ContentIndex } from './content-index.ts'

/**
 * Artifacts by their keys. `bin` has one of each version, as kiss knows it, and beside it `<artifact>.key`; `kith/by-key/<key>`
 * has every one that was built, as hard links, so that an earlier state of a recipe is not built again.
 */
export interface KeptArtifact {
  readonly artifact: string
  readonly record: BuildRecord
}

function keyDirectory(cacheDirectory: string, key: string): string {
  return join(cacheDirectory, 'kith', 'by-key', key)
}

function recordPath(artifact: string): string {
  return `${artifact}.key`
}

/** The record of a tarball; undefined where it has none, or none of what it is now: another tool may have replaced it. */
export function readRecord(artifact: string, index: ContentIndex): BuildRecord | undefined {
  const path = recordPath(artifact)
  const stamp = stampOf(path)
  if (stamp?.kind !== 'file') return undefined
  const head = index.valueOf(`file ${path}`, stamp, () => readText(path).split('\n', 1)[0] ?? '')
  const record = parseBuildRecord(`${head}\n`)
  return record !== undefined && isArtifactOf(record, artifact, index) ? record : undefined
}

/** What a tarball that has a record was made of. */
export function readInputs(artifact: string): BuildInput[] {
  const path = recordPath(artifact)
  return isFile(path) ? parseBuildInputs(readText(path)) : []
}

function isArtifactOf(record: BuildRecord, artifact: string, index: ContentIndex): boolean {
  const stamp = stampOf(artifact)
  if (stamp?.kind !== 'file' || record.file !== basename(artifact)) return false
  return index.valueOf(`file ${artifact}`, stamp, () => digestFileNow(artifact)) === record.artifact
}

/** Whether anything at all is kept by its key. */
export function hasKeptArtifacts(cacheDirectory: string): boolean {
  return isDirectory(dirname(keyDirectory(cacheDirectory, '-')))
}

/** The artifact that was made by the action of this key; with only its record where the tarball is gone. */
export function findByKey(
  cacheDirectory: string,
  key: string,
  index: ContentIndex,
): { readonly record: BuildRecord; readonly artifact: string | undefined } | undefined {
  const directory = keyDirectory(cacheDirectory, key)
  const path = join(directory, 'record')
  const record = isFile(path) ? parseBuildRecord(readText(path)) : undefined
  if (record?.key !== key || record.file !== basename(record.file)) return undefined
  const artifact = join(directory, record.file)
  return { record, artifact: isArtifactOf(record, artifact, index) ? artifact : undefined }
}

/** Writes down what the tarball in `bin` was made of, and keeps it by its key. Throws `io-failed`. */
export function keepArtifact(
  { artifact, record }: KeptArtifact,
  inputs: readonly BuildInput[],
  cacheDirectory: string,
): void {
  const directory = keyDirectory(cacheDirectory, record.key)
  makeDirectory(directory)
  const text = printBuildRecord(record, inputs)
  linkFile(artifact, join(directory, record.file))
  copyOffers(artifact, join(directory, record.file))
  writeFileAtomic(join(directory, 'record'), text)
  linkFile(join(directory, 'record'), recordPath(artifact))
}

/** Keeps a tarball from elsewhere, which is what its record says, by its key alone. Gives its path. Throws `io-failed`. */
export function placeByKey(
  path: string,
  { record, inputs }: { readonly record: BuildRecord; readonly inputs: readonly BuildInput[] },
  cacheDirectory: string,
): string {
  const artifact = join(keyDirectory(cacheDirectory, record.key), record.file)
  placeFile(path, artifact)
  setMode(artifact, 0o644)
  rememberByKey({ record, inputs }, cacheDirectory)
  return artifact
}

/** The record alone is enough to judge what needs the package. Throws `io-failed`. */
export function rememberByKey(
  { record, inputs }: { readonly record: BuildRecord; readonly inputs: readonly BuildInput[] },
  cacheDirectory: string,
): void {
  const directory = keyDirectory(cacheDirectory, record.key)
  makeDirectory(directory)
  writeFileAtomic(join(directory, 'record'), printBuildRecord(record, inputs))
}

function copyOffers(from: string, to: string): void {
  if (isFile(offersBeside(from))) linkFile(offersBeside(from), offersBeside(to))
}

/** What stands beside a tarball says nothing of the one that takes its place. */
export function forgetRecord(artifact: string): void {
  removeTree(recordPath(artifact))
}

/** The same for a path, whatever it is; a tarball that is in `bin` stays there. Throws `io-failed`. */
export function takeByKey(artifact: string, cacheDirectory: string): string {
  const directory = dirname(artifact)
  const record = isFile(join(directory, 'record')) ? parseBuildRecord(readText(join(directory, 'record'))) : undefined
  return directory === artifactDirectory(cacheDirectory) || record === undefined
    ? artifact
    : takeKept({ artifact, record }, cacheDirectory)
}

/** Puts an artifact that is kept by its key into `bin`, in the place of another of its version; gives its path there. */
export function takeKept({ artifact, record }: KeptArtifact, cacheDirectory: string): string {
  const file = join(artifactDirectory(cacheDirectory), record.file)
  if (linkInfo(file)?.inode === linkInfo(artifact)?.inode && isFile(recordPath(file))) return file
  makeDirectory(artifactDirectory(cacheDirectory))
  forgetRecord(file)
  removeTree(`${file}.sha256`)
  copyOffers(artifact, file)
  linkFile(artifact, file)
  writeFileAtomic(`${file}.sha256`, `${record.artifact}  ${record.file}\n`)
  linkFile(join(dirname(artifact), 'record'), recordPath(file))
  return file
}
