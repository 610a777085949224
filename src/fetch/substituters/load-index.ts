import { join } from 'node:path'
import type { Context } from '../../events/context.ts'
import { type ArtifactIndex, parseArtifactIndex } from '../../model/artifact-index.ts'
import type { PublicKey } from '../../model/minisign.ts'
import { isFile, makeDirectory, readBytes, removeTree } from '../../system/files.ts'
import { placeFile } from '../../system/place-file.ts'
import { cacheKey } from '../cache-path.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { lockSource } from '../lock-source.ts'
import { signatureFault } from './check-signature.ts'
import { fetchFile } from './fetch-file.ts'
import { printSubstituter, type Substituter } from './substituter.ts'

export type IndexOutcome =
  | { readonly kind: 'index'; readonly index: ArtifactIndex }
  | { readonly kind: 'fault'; readonly reason: string }

const mostIndexBytes = 256 * 2 ** 20
const mostSignatureBytes = 4096

/**
 * The index of a binary repository, signed by a trusted key and no older than the newest that was seen of it here
 * (`<cache>/kith/substituters`, which also saves fetching it again while its signature is the same). Whatever is wrong is an
 * outcome. Throws `io-failed`, `interrupted`.
 */
export async function loadIndex(
  substituter: Substituter,
  trusted: readonly PublicKey[],
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<IndexOutcome> {
  const directory = join(settings.cacheDirectory, 'kith/substituters', cacheKey(printSubstituter(substituter)))
  makeDirectory(directory)
  using _lock = await lockSource(directory, settings, context)
  const seen = readSeen(directory, trusted)
  // An index and its signature are replaced one after the other.
  const first = await fetchIndex({ substituter, directory, seen, trusted }, settings, context)
  if (first.kind !== 'fault' || first.isFinal) return first
  return await fetchIndex({ substituter, directory, seen, trusted }, settings, context)
}

interface Surroundings {
  readonly substituter: Substituter
  readonly directory: string
  readonly seen: SeenIndex | undefined
  readonly trusted: readonly PublicKey[]
}

type FetchOutcome = IndexOutcome & { readonly isFinal?: boolean }

async function fetchIndex(
  { substituter, directory, seen, trusted }: Surroundings,
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<FetchOutcome> {
  const [index, signature] = [join(directory, 'new'), join(directory, 'new.minisig')]
  for (const path of [index, signature]) removeTree(path)
  const wanted = { package: '', into: signature, path: 'index.minisig', mostBytes: mostSignatureBytes }
  const unsigned = await fetchFile(substituter, wanted, settings, context)
  if (unsigned !== undefined) return { kind: 'fault', reason: `its index is not signed: ${unsigned}`, isFinal: true }
  const signatureText = readBytes(signature).toString()
  if (signatureText === seen?.signature) return { kind: 'index', index: seen.index }
  const wantedIndex = { package: '', into: index, path: 'index', mostBytes: mostIndexBytes }
  const missing = await fetchFile(substituter, wantedIndex, settings, context)
  if (missing !== undefined) return { kind: 'fault', reason: `its index cannot be had: ${missing}`, isFinal: true }
  const bytes = readBytes(index)
  const fault = signatureFault(bytes, signatureText, trusted)
  if (fault !== undefined) return { kind: 'fault', reason: fault }
  const reading = parseArtifactIndex(bytes.toString())
  if (reading.kind === 'fault')
    return { kind: 'fault', reason: `its index cannot be read: ${reading.reason}`, isFinal: true }
  const old = seen === undefined ? undefined : olderThan(seen, { serial: reading.index.serial, bytes })
  if (old !== undefined) return { kind: 'fault', reason: old, isFinal: true }
  placeFile(index, join(directory, 'index'))
  placeFile(signature, join(directory, 'index.minisig'))
  return reading
}

interface SeenIndex {
  readonly index: ArtifactIndex
  readonly bytes: Buffer
  readonly signature: string
}

/** The newest that was seen; what is not signed by a key that is trusted now says nothing. */
function readSeen(directory: string, trusted: readonly PublicKey[]): SeenIndex | undefined {
  const [indexPath, signaturePath] = [join(directory, 'index'), join(directory, 'index.minisig')]
  if (!isFile(indexPath) || !isFile(signaturePath)) return undefined
  const bytes = readBytes(indexPath)
  const signature = readBytes(signaturePath).toString()
  if (signatureFault(bytes, signature, trusted) !== undefined) return undefined
  const reading = parseArtifactIndex(bytes.toString())
  return reading.kind === 'index' ? { index: reading.index, bytes, signature } : undefined
}

/** A good signature does not make an old index a new one: somebody may show it again, to have old artifacts taken. */
function olderThan(seen: SeenIndex, { serial, bytes }: { serial: number; bytes: Buffer }): string | undefined {
  if (serial < seen.index.serial)
    return `its index is an old one: number ${serial}, where ${seen.index.serial} was seen before`
  const isOther = serial === seen.index.serial && !bytes.equals(seen.bytes)
  return isOther ? `it has two indexes with number ${serial}: one of them is not to be trusted` : undefined
}
