import { parseArtifactName } from './artifact-name.ts'
import { type Digest, parseDigest, printDigest } from './digest.ts'
import { type PackageName, packageNameFault, parsePackageName } from './package-name.ts'

/** What a binary repository has. */
export interface ArtifactIndex {
  /** Greater with each change: an index with a smaller one is an old one. */
  readonly serial: number
  readonly entries: readonly IndexEntry[]
}

export interface IndexEntry {
  /** Base name of the tarball. */
  readonly file: string
  readonly name: PackageName
  /** Of the build that made it. */
  readonly key: string
  /** SHA-256 of the tarball. */
  readonly sha256: string
  readonly sizeBytes: number
  /** The tree that builds see of it. */
  readonly output: Digest
  /** What it needs to run. */
  readonly needs: readonly PackageName[]
}

/** More than any distribution has. */
const mostEntries = 500_000
const largestArtifact = 2 ** 37

/**
 *     kith-index 1
 *     serial 17
 *     pigz@2.8-1.tar.zst <key> <sha256> 81234 <output>/291 zlib
 *     zlib@1.3.1-1.tar.zst <key> <sha256> 60112 <output>/87 -
 */
export function printArtifactIndex({ serial, entries }: ArtifactIndex): string {
  const lines = entries.map(({ file, key, sha256, sizeBytes, output, needs }) =>
    [file, key, sha256, sizeBytes, printDigest(output), needs.join(',') || '-'].join(' '),
  )
  return ['kith-index 1', `serial ${serial}`, ...lines.sort(), ''].join('\n')
}

export type IndexReading =
  | { readonly kind: 'index'; readonly index: ArtifactIndex }
  | { readonly kind: 'fault'; readonly reason: string }

/** Reads an index whose signature is good: even so each line is taken for hostile. */
export function parseArtifactIndex(text: string): IndexReading {
  const [head, serialLine = '', ...lines] = text.split('\n')
  const [, serial] = /^serial (\d{1,15})$/.exec(serialLine) ?? []
  if (head !== 'kith-index 1') return { kind: 'fault', reason: 'it does not begin with "kith-index 1"' }
  if (serial === undefined) return { kind: 'fault', reason: 'line 2 is no serial number' }
  if (lines.pop() !== '') return { kind: 'fault', reason: 'its last line is cut off' }
  if (lines.length > mostEntries) return { kind: 'fault', reason: `it has more than ${mostEntries} artifacts` }
  const entries: IndexEntry[] = []
  for (const [position, line] of lines.entries()) {
    const entry = parseEntry(line)
    if (entry === undefined) return { kind: 'fault', reason: `line ${position + 3} is no artifact` }
    entries.push(entry)
  }
  return { kind: 'index', index: { serial: Number(serial), entries } }
}

function parseEntry(line: string): IndexEntry | undefined {
  const [file = '', key = '', sha256 = '', size = '', output = '', needs = '', ...more] = line.split(' ')
  const name = /[/\0]/.test(file) ? undefined : parseArtifactName(file)?.name
  const digest = parseDigest(output)
  const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)
  if (name === undefined || digest === undefined || more.length > 0 || !isHash(key) || !isHash(sha256)) return undefined
  if (!/^\d{1,15}$/.test(size) || Number(size) > largestArtifact || needs === '') return undefined
  const names = needs === '-' ? [] : needs.split(',')
  if (names.some((one) => packageNameFault(one) !== undefined)) return undefined
  return { file, name, key, sha256, sizeBytes: Number(size), output: digest, needs: names.map(parsePackageName) }
}

/** Where a repository has an artifact, below its own directory. */
export function artifactPath({ key, file }: Pick<IndexEntry, 'key' | 'file'>): string {
  return `artifacts/${key}/${file}`
}
