import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import type { FetchSettings } from '../fetch/fetch-settings.ts'
import { fetchFile } from '../fetch/substituters/fetch-file.ts'
import { loadIndex } from '../fetch/substituters/load-index.ts'
import { printSubstituter, type Substituter } from '../fetch/substituters/substituter.ts'
import { artifactPath, type IndexEntry } from '../model/artifact-index.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import type { BuildInput, BuildRecord } from '../model/build-record.ts'
import type { PublicKey } from '../model/minisign.ts'
import type { PackageName } from '../model/package-name.ts'
import { type Version, versionLabel } from '../model/version.ts'
import { digestFileNow } from '../system/digests.ts'
import { fileInfo, removeTree } from '../system/files.ts'
import { type KeptArtifact, placeByKey } from './kept-artifacts.ts'

/** An artifact that a binary repository says it has. */
export interface Substitute {
  readonly entry: IndexEntry
  readonly from: Substituter
}

/** Artifacts that were built elsewhere. Whatever is wrong with one is told, and then it is as if it were not there. */
export interface Substitutes {
  /** By the key of the build; the first repository that has it. Indexes are loaded when this is first asked. */
  readonly find: (key: string, wanted: WantedPackage) => Promise<Substitute | undefined>
  /** Fetches it, and keeps it by its key if it is what the index says. Throws `io-failed`, `interrupted`. */
  readonly fetch: (substitute: Substitute, inputs: readonly BuildInput[]) => Promise<KeptArtifact | undefined>
}

export interface WantedPackage {
  readonly name: PackageName
  readonly version: Version
}

export interface SubstituteSettings {
  readonly substituters: readonly Substituter[]
  readonly trustedKeys: readonly PublicKey[]
}

export const noSubstitutes: Substitutes = { find: async () => undefined, fetch: async () => undefined }

export function openSubstitutes(
  { substituters, trustedKeys }: SubstituteSettings,
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Substitutes {
  if (substituters.length === 0) return noSubstitutes
  const tried = new Set<IndexEntry>()
  const warn = (text: string, name?: string): void =>
    context.emit({ kind: 'notice', level: 'warning', text, ...(name === undefined ? {} : { package: name }) })
  const load = async (from: Substituter): Promise<ReadonlyMap<string, Substitute>> => {
    const outcome = await loadIndex(from, trustedKeys, settings, context)
    if (outcome.kind === 'index') return new Map(outcome.index.entries.map((entry) => [entry.key, { entry, from }]))
    warn(`nothing is taken from ${printSubstituter(from)}: ${outcome.reason}`)
    return new Map()
  }
  let indexes: Promise<readonly ReadonlyMap<string, Substitute>[]> | undefined
  return {
    async find(key, { name, version }) {
      indexes ??= Promise.all(substituters.map(load))
      for (const index of await indexes) {
        const found = index.get(key)
        const parsed = found && parseArtifactName(found.entry.file)
        const isIt = parsed?.name === name && versionLabel(parsed.version) === versionLabel(version)
        if (found !== undefined && isIt && !tried.has(found.entry)) return found
      }
      return undefined
    },
    async fetch({ entry, from }, inputs) {
      const { name, key, file, sizeBytes } = entry
      // Once is enough: it is kept by its key, or something is wrong with it.
      tried.add(entry)
      const into = join(settings.cacheDirectory, 'kith/substituters', `${key}.${process.pid}`)
      const url = `${printSubstituter(from)}/${artifactPath(entry)}`
      const started = performance.now()
      context.emit({ kind: 'fetch-started', package: name, url })
      const wanted = { path: artifactPath(entry), into, mostBytes: sizeBytes, package: name }
      const reason = (await fetchFile(from, wanted, settings, context)) ?? contentFault(into, entry)
      if (reason === undefined) {
        const record = recordOf(entry)
        const artifact = placeByKey(into, { record, inputs }, settings.cacheDirectory)
        const durationMs = performance.now() - started
        context.emit({ kind: 'fetch-finished', package: name, url, sizeBytes, durationMs })
        return { artifact, record }
      }
      for (const path of [into, `${into}.json`]) removeTree(path)
      warn(`${file} is not taken from ${printSubstituter(from)}: ${reason}`, name)
      return undefined
    },
  }
}

export function recordOf({ key, sha256, file, output, needs }: IndexEntry): BuildRecord {
  return { key, artifact: sha256, file, output, needs }
}

/** Nothing of it is parsed, by anybody, before it is what the signed index says. */
function contentFault(path: string, { sizeBytes, sha256 }: IndexEntry): string | undefined {
  const found = fileInfo(path)?.sizeBytes
  if (found !== sizeBytes) return `it has ${found ?? 0} bytes, and the index says ${sizeBytes}`
  const actual = digestFileNow(path)
  return actual === sha256 ? undefined : `its hash is ${actual}, and the index says ${sha256}`
}
