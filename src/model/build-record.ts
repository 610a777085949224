import { type Digest, parseDigest, printDigest } from './digest.ts'
import { type PackageName, packageNameFault, parsePackageName } from './package-name.ts'

/** What is known of an artifact that kith built: kept beside it as `<artifact>.key`, one line of JSON for each part. */
export interface BuildRecord {
  /** Of the action that made it. */
  readonly key: string
  /** SHA-256 of the tarball that this is the record of: with another one it counts for nothing. */
  readonly artifact: string
  /** Base name of the tarball. */
  readonly file: string
  /** The tree that builds see of it. */
  readonly output: Digest
  /** What it needs to run. */
  readonly needs: readonly PackageName[]
}

const inputKinds = ['recipe', 'source', 'dependency', 'base', 'extra', 'environment', 'setting'] as const

/** One fact of a build's description. */
export interface BuildInput {
  readonly kind: (typeof inputKinds)[number]
  /** Once for each kind: a file of the recipe, the text of a source, a package, a variable. */
  readonly name: string
  /** The content, or a hash of it. */
  readonly value: string
}

/**
 *     {"kith-build":1,"key":"…","artifact":"…","file":"zlib@1.3.1-1.tar.zst","output":"…/291","needs":[]}
 *     ["recipe","build","5f1c… x"]
 *     ["environment","CFLAGS","-O2"]
 */
export function printBuildRecord(record: BuildRecord, inputs: readonly BuildInput[]): string {
  const { key, artifact, file, output, needs } = record
  const head = JSON.stringify({ 'kith-build': 1, key, artifact, file, output: printDigest(output), needs })
  const lines = inputs.map(({ kind, name, value }) => JSON.stringify([kind, name, value]))
  return [head, ...lines, ''].join('\n')
}

/** Its first line; undefined for anything that printBuildRecord does not write. */
export function parseBuildRecord(text: string): BuildRecord | undefined {
  const end = text.indexOf('\n')
  return end < 0 ? undefined : parseHead(parseJson(text.slice(0, end)))
}

/** All others: what the artifact was made of, for whoever asks why it is built again. Lines that are none are left out. */
export function parseBuildInputs(text: string): BuildInput[] {
  const [, ...lines] = text.split('\n')
  return lines.flatMap((line) => parseInput(parseJson(line)) ?? [])
}

function parseHead(value: unknown): BuildRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { 'kith-build': version, key, artifact, file, output, needs } = value as Record<string, unknown>
  const digest = typeof output === 'string' ? parseDigest(output) : undefined
  const isName = (one: unknown): boolean => typeof one === 'string' && packageNameFault(one) === undefined
  if (version !== 1 || !isHash(key) || !isHash(artifact) || digest === undefined) return undefined
  if (typeof file !== 'string' || !Array.isArray(needs) || !needs.every(isName)) return undefined
  return { key, artifact, file, output: digest, needs: needs.map((one) => parsePackageName(String(one))) }
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function parseInput(value: unknown): BuildInput | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined
  const [kind, name, content] = value as unknown[]
  const known = inputKinds.find((one) => one === kind)
  if (known === undefined || typeof name !== 'string' || typeof content !== 'string') return undefined
  return { kind: known, name, value: content }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
