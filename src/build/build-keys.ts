import { forEachOf } from '../fetch/for-each-of.ts'
import type { BuildCause } from '../model/build-cause.ts'
import type { BuildInput, BuildRecord } from '../model/build-record.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { versionLabel } from '../model/version.ts'
import { buildKeyOf, type DescribedTree, listInputs } from '../plan/build-action.ts'
import { compareInputs, type Undecided } from '../plan/build-causes.ts'
import { digestText } from '../system/digests.ts'
import { fileInfo } from '../system/files.ts'
import { findArtifact, listBuiltNames } from './artifact-cache.ts'
import type { BuildSettings } from './build-settings.ts'
import { openContentIndex } from './content-index.ts'
import {
  type BuildReading,
  type DescribedRecipe,
  describeBase,
  type FoundOutput,
  type ReadingOptions,
  readBuild,
} from './describe-build.ts'
import {
  findByKey,
  hasKeptArtifacts,
  type KeptArtifact,
  readInputs,
  readRecord,
  rememberByKey,
} from './kept-artifacts.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { createOutputs, type PackageOutput } from './package-outputs.ts'
import { factsOfCopy, listRecipeFiles, readRecipeFacts } from './recipe-facts.ts'
import { noSubstitutes, recordOf, type Substitute, type Substitutes } from './substitutes.ts'
import type { PackageSupply } from './sysroot-packages.ts'

/** What is to be done about a package of a plan, judged by what it would be made of. */
export type Verdict =
  /** There is an artifact of exactly that; `artifact` is undefined where only its record is left. */
  | { readonly kind: 'current'; readonly artifact: string | undefined; readonly needs: readonly PackageName[] }
  /** A binary repository has it. */
  | { readonly kind: 'remote'; readonly substitute: Substitute; readonly needs: readonly PackageName[] }
  /** An artifact that kith did not build is taken as kiss would take it. */
  | { readonly kind: 'unkeyed'; readonly artifact: string }
  | { readonly kind: 'build'; readonly causes: readonly BuildCause[] }
  /** It is built if what it waits for turns out to be another than it was. */
  | { readonly kind: 'perhaps'; readonly causes: readonly BuildCause[] }

export interface JudgeOptions {
  readonly name: PackageName
  /** Whether an artifact of unknown origin will do, and a source that moves is taken as it was. */
  readonly takesOld: boolean
  /** Build it whatever there is, unless it was built since then, in milliseconds since 1970. */
  readonly rebuildsBeforeMs?: number | undefined
}

/** A build whose every input is known. */
export interface KeyedBuild {
  readonly key: string
  readonly inputs: readonly BuildInput[]
}

export interface BuildKeys {
  /** Of one package after all that it depends on. Throws `io-failed`, `archive-invalid`. */
  readonly judge: (reading: RecipeReading, options: JudgeOptions) => Promise<Verdict>
  /** From now on the package is this artifact. */
  readonly settle: (name: PackageName, artifact: string) => void
  /** Fetches what was judged to be remote, as far as it can be had; judge again then. Throws `io-failed`, `interrupted`. */
  readonly fetch: (names: readonly PackageName[]) => Promise<void>
  /** The artifact that a build would make, where one was made already. Its dependencies are settled, its sources known. */
  readonly findMade: (recipe: Recipe) => Promise<KeptArtifact | undefined>
  /** What a build that begins now is made of; `directory` has the copy of the recipe that it uses. */
  readonly describe: (recipe: Recipe, directory: string) => Promise<KeyedBuild>
  /** Keeps what was found out about files, for the next command. */
  readonly save: () => void
}

export function openBuildKeys(
  supply: Omit<PackageSupply, 'artifactOf'>,
  settings: BuildSettings,
  substitutes: Substitutes,
): BuildKeys {
  const { cacheDirectory } = settings
  const index = openContentIndex(cacheDirectory)
  const outputs = createOutputs(supply, layersDirectoryOf(cacheDirectory), index)
  /** Packages of the plan: what they put out, or how to find out. */
  const planned = new Map<PackageName, PackageOutput | 'undecided' | (() => Promise<PackageOutput>)>()
  let base: Promise<readonly DescribedTree[]> | undefined
  const builtNames = listBuiltNames(cacheDirectory)
  const couldBeFound = substitutes !== noSubstitutes || hasKeptArtifacts(cacheDirectory)
  const isThere = (name: PackageName): boolean => planned.has(name) || supply.installed.has(name)
  const standsFor = (wanted: PackageName): PackageName =>
    isThere(wanted) ? wanted : (supply.providerOf?.(wanted) ?? wanted)
  const outputOf: ReadingOptions['outputOf'] = (wanted) => {
    const name = standsFor(wanted)
    const known = planned.get(name)
    if (typeof known === 'function') return known().then((output): FoundOutput => ({ name, output }))
    const output = known ?? outputs.ofInstalled(name)
    return output && { name, output }
  }
  const read = async (
    recipe: DescribedRecipe,
    options: { readonly isFetched: boolean; readonly sourceBefore?: (text: string) => string | undefined },
  ): Promise<BuildReading> => {
    base ??= describeBase({ ...supply, artifactOf: () => undefined }, { settings, outputs, index })
    return await readBuild(recipe, { ...options, outputOf, base: await base }, settings, index)
  }
  const keyOf = (name: PackageName, { fingerprint, describe }: BuildReading): string => {
    const stamp = { text: digestText(fingerprint), isFresh: false }
    return index.valueOf(`key ${name}`, stamp, () => buildKeyOf(describe()))
  }
  const judgeRecipe = async (recipe: DescribedRecipe, { directory, artifact, record, takesOld }: Judged) => {
    const before = (): readonly BuildInput[] => (artifact === undefined ? [] : readInputs(artifact))
    const sourceBefore = (text: string) => before().find(({ kind, name }) => kind === 'source' && name === text)?.value
    const reading = await read(recipe, {
      isFetched: false,
      ...(takesOld && record !== undefined ? { sourceBefore } : {}),
    })
    const { undecided } = reading
    const key = isOpen(undecided) ? undefined : keyOf(recipe.name, reading)
    const found = key === undefined ? undefined : key === record?.key ? { artifact, record } : findKept(key)
    const substitute =
      key === undefined || found?.artifact !== undefined
        ? undefined
        : await substitutes.find(key, { name: recipe.name, version: recipe.facts.version })
    if (substitute !== undefined) {
      const { output: digest, needs } = substitute.entry
      planned.set(recipe.name, { digest, needs })
      remote.set(recipe.name, { substitute, inputs: () => listInputs(reading.describe(), listRecipeFiles(directory)) })
      return { kind: 'remote', substitute, needs } as const
    }
    if (found !== undefined) {
      const { output: digest, needs } = found.record
      planned.set(recipe.name, { digest, needs })
      return { kind: 'current', artifact: found.artifact, needs } as const
    }
    if (record === undefined) return absent(versionLabel(recipe.facts.version))
    const causes = compareInputs(before(), listInputs(reading.describe(), listRecipeFiles(directory)), undecided)
    if (causes.length > 0) return { kind: 'build', causes } as const
    if (isOpen(undecided)) return { kind: 'perhaps', causes: openCauses(undecided) } as const
    return { kind: 'build', causes: [orderChanged] } as const
  }
  /** Of what was never built, and could not be found by its key, no more has to be read: a plan may have many thousands of them. */
  const isCertainlyAbsent = (name: PackageName, dependencies: RecipeReading['dependencies']): boolean => {
    if (builtNames.has(name)) return false
    return !couldBeFound || dependencies.some((one) => planned.get(standsFor(one.name)) === 'undecided')
  }
  /** Packages that were judged to be remote. */
  const remote = new Map<PackageName, RemotePackage>()
  const findKept = (key: string) => findByKey(cacheDirectory, key, index)
  return {
    save: index.save,
    async fetch(names) {
      const wanted = names.flatMap((name) => remote.get(name) ?? [])
      await forEachOf(wanted, settings.fetch.parallel, async ({ substitute, inputs }) => {
        await substitutes.fetch(substitute, inputs())
      })
      // What was only needed to judge them must be known when no repository can be asked any more.
      for (const { substitute, inputs } of remote.values())
        if (findKept(substitute.entry.key) === undefined)
          rememberByKey({ record: recordOf(substitute.entry), inputs: inputs() }, cacheDirectory)
      remote.clear()
    },
    settle(name, artifact) {
      planned.set(name, () => outputs.ofArtifact(name, artifact))
      // It may be a part of it.
      base = undefined
    },
    async judge(reading, { name, takesOld, rebuildsBeforeMs }) {
      planned.set(name, 'undecided')
      if (isCertainlyAbsent(name, reading.dependencies)) return absent()
      const facts = readRecipeFacts(reading, { index, cacheDirectory })
      const version = facts?.version ?? reading.version
      const artifact = version && findArtifact(cacheDirectory, name, version, settings.compression)
      const record = artifact === undefined ? undefined : readRecord(artifact, index)
      const builtMs = artifact === undefined || rebuildsBeforeMs === undefined ? 0 : fileInfo(artifact)?.mtimeMs
      if (rebuildsBeforeMs !== undefined && (builtMs ?? 0) < rebuildsBeforeMs)
        return { kind: 'build', causes: [{ kind: 'asked' }] }
      if (artifact !== undefined && (record === undefined || facts === undefined)) {
        if (!takesOld) return { kind: 'build', causes: [{ kind: 'unknown-origin' }] }
        planned.set(name, () => outputs.ofArtifact(name, artifact))
        return { kind: 'unkeyed', artifact }
      }
      if (facts === undefined) return absent(version && versionLabel(version))
      const { directory, dependencies, override } = reading
      return await judgeRecipe({ name, dependencies, facts, override }, { directory, artifact, record, takesOld })
    },
    async findMade(recipe) {
      const facts = factsOfCopy(recipe, recipe.directory, cacheDirectory)
      const reading = await read({ ...recipe, facts }, { isFetched: true })
      if (isOpen(reading.undecided)) return undefined
      const key = keyOf(recipe.name, reading)
      const found = findKept(key)
      if (found?.artifact !== undefined) return { artifact: found.artifact, record: found.record }
      const substitute = await substitutes.find(key, recipe)
      const inputs = () => listInputs(reading.describe(), listRecipeFiles(recipe.directory))
      return substitute && (await substitutes.fetch(substitute, inputs()))
    },
    async describe(recipe, directory) {
      const facts = factsOfCopy(recipe, directory, cacheDirectory)
      const { describe } = await read({ ...recipe, facts }, { isFetched: true })
      const description = describe()
      return { key: buildKeyOf(description), inputs: listInputs(description, listRecipeFiles(directory)) }
    },
  }
}

interface RemotePackage {
  readonly substitute: Substitute
  readonly inputs: () => BuildInput[]
}

interface Judged {
  readonly directory: string
  readonly artifact: string | undefined
  readonly record: BuildRecord | undefined
  readonly takesOld: boolean
}

function absent(version?: string): Extract<Verdict, { kind: 'build' }> {
  return { kind: 'build', causes: [version === undefined ? { kind: 'absent' } : { kind: 'absent', version }] }
}

/** Where every single input is as it was and the key is not. */
const orderChanged = { kind: 'input', change: 'changed', input: 'dependency', name: 'their order' } as const

function isOpen({ dependencies, sources }: Undecided): boolean {
  return dependencies.size + sources.size > 0
}

function openCauses({ dependencies, sources }: Undecided): BuildCause[] {
  return [
    ...[...dependencies].map((dependency): BuildCause => ({ kind: 'dependency-built', dependency })),
    ...[...sources].map((source): BuildCause => ({ kind: 'source-unknown', source })),
  ]
}
