import type { BuildInput } from '../model/build-record.ts'
import { type Digest, digestOf, encodeDigest, printDigest } from '../model/digest.ts'
import { digestTree, type MerkleEntry } from '../model/merkle-tree.ts'
import { encodeMessage, type Field } from '../model/protobuf.ts'
import { type TreePath, textBytes, textTreePath } from '../model/tree-path.ts'

/** Counts up when kith itself begins to make other artifacts of the same inputs: then every package is built again. */
export const protocolVersion = 1

/** Everything that an artifact depends on, as content: nothing of where it lies, who builds, or when. */
export interface BuildDescription {
  readonly name: string
  /** The recipe directory as a build gets it: links followed, plain modes. */
  readonly recipe: Digest
  /** In the order of the recipe. */
  readonly sources: readonly DescribedSource[]
  /** The packages that the build sees, topmost first; each by its tree. */
  readonly layers: readonly DescribedTree[]
  /** What lies below them: the packages of `base`, or where there is none the host's tools that stand for all of them. */
  readonly base: readonly DescribedTree[]
  /** Of the build script, without what only says how many programs may run at one time. */
  readonly environment: Readonly<Record<string, string>>
  /** Settings that reach the build otherwise: `strip`, `network`, `machine`. */
  readonly properties: Readonly<Record<string, string>>
  /** What else may count for single packages, by a name that people recognise; empty for most. */
  readonly extra: readonly DescribedTree[]
}

export interface DescribedSource {
  /** As in the sources file. */
  readonly text: string
  readonly destination: string | undefined
  /** What it is, known without having it: `blake3:…`, `sha256:…`, `git:<commit>`, `tree:<digest>`. */
  readonly identity: string
}

export interface DescribedTree {
  readonly name: string
  readonly digest: Digest
}

/**
 * The build as an `Action` of the Remote Execution API v2, digested. The input root has `recipe`, `sources` (a text: which assets
 * go where, by checksum, as the Remote Asset API's qualifiers name them: so a key needs no download), `layers`, `base` and
 * `extra`; the one output is `artifact`. Layers are not merged for it: the command names them in their order.
 */
export function digestAction(description: BuildDescription): Digest {
  const command = encodeCommand(description)
  const action: Field[] = [
    [1, encodeDigest(digestOf(command))],
    [2, encodeDigest(digestInputRoot(description))],
    [10, encodePlatform(description)],
  ]
  return digestOf(encodeMessage(action))
}

/** The text of the hexadecimal digest: what artifacts are kept by. */
export function buildKeyOf(description: BuildDescription): string {
  return digestAction(description).hash
}

function encodeCommand({ name, layers, base, environment }: BuildDescription): string {
  const layered = layers.map((layer) => layer.name)
  const based = base.map((layer) => layer.name)
  const argv = ['kith', 'build', name, '--layers', ...layered, '--base', ...based]
  const variables = Object.entries(environment).sort(byName)
  return encodeMessage([
    ...argv.map((word): Field => [1, textBytes(word)]),
    ...variables.map((pair): Field => [2, encodePair(pair)]),
    [7, 'artifact'],
  ])
}

function digestInputRoot({ recipe, sources, layers, base, extra }: BuildDescription): Digest {
  const lines = sources.map((source) => JSON.stringify([source.identity, source.destination ?? '', source.text]))
  const list = digestOf(textBytes(lines.map((line) => `${line}\n`).join('')))
  const entries: MerkleEntry[] = [
    { kind: 'tree', path: at('recipe'), digest: recipe },
    { kind: 'file', path: at('sources'), mode: 0o644, digest: list },
    ...trees('layers', layers),
    ...trees('base', base),
    ...trees('extra', extra),
  ]
  return digestTree(entries)
}

function trees(directory: string, described: readonly DescribedTree[]): MerkleEntry[] {
  // A name can be a path of the host: it is one segment here.
  const path = (name: string): TreePath => at(`${directory}/${name.replaceAll('/', '\\')}`)
  return described.map(({ name, digest }) => ({ kind: 'tree', path: path(name), digest }))
}

function at(path: string): TreePath {
  return textTreePath(`/${path}`)
}

function encodePlatform({ properties }: BuildDescription): string {
  const all = Object.entries({ ...properties, 'kith-protocol': String(protocolVersion) })
  return encodeMessage(all.sort(byName).map((pair): Field => [1, encodePair(pair)]))
}

/** `EnvironmentVariable` and `Platform.Property` alike: a name and a value. */
function encodePair([name, value]: readonly [string, string]): string {
  return encodeMessage([[1, textBytes(name)], ...(value === '' ? [] : [[2, textBytes(value)] as const])])
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1
}

/**
 * The description as single facts, each `kind` and `name` once: what is kept with an artifact, so that a later build can say
 * what has changed. The recipe comes as its files.
 */
export function listInputs(description: BuildDescription, recipeFiles: readonly BuildInput[]): BuildInput[] {
  const treesOf = (kind: BuildInput['kind'], described: readonly DescribedTree[]): BuildInput[] =>
    described.map(({ name, digest }) => ({ kind, name, value: printDigest(digest) }))
  const pairsOf = (kind: BuildInput['kind'], pairs: Readonly<Record<string, string>>): BuildInput[] =>
    Object.entries(pairs)
      .sort(byName)
      .map(([name, value]) => ({ kind, name, value }))
  return [
    ...recipeFiles,
    ...description.sources.map(({ text, identity }): BuildInput => ({ kind: 'source', name: text, value: identity })),
    ...treesOf('dependency', description.layers),
    ...treesOf('base', description.base),
    ...treesOf('extra', description.extra),
    ...pairsOf('environment', description.environment),
    ...pairsOf('setting', { ...description.properties, 'kith-protocol': String(protocolVersion) }),
  ]
}
