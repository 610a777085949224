import type { BuildCause } from '../model/build-cause.ts'
import type { BuildInput, BuildRecord } from '../model/build-record.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { versionLabel } from '../model/version.ts'
import { buildKeyOf, type DescribedTree, listInputs } from '../plan/build-action.ts'
import { compareInputs, type Undecided } from '../plan/build-causes.ts'
import type { BuildSettings } from './build-settings.ts'
import { openContentIndex } from './content-index.ts'
import { type BuildReading, describeBase, readBuild } from './describe-build.ts'
import { listRecipeFiles } from './digest-recipe.ts'
import { findByKey, readRecord } from './kept-artifacts.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { createOutputs, type PackageOutput } from './package-outputs.ts'
import type { PackageSupply } from './sysroot-packages.ts'

/** What is to be done about a package of a plan, judged by what it would be made of. */
export type Verdict =
  /** There is an artifact of exactly that; `artifact` is undefined where only its record is left. */
  | { readonly kind: 'current'; readonly artifact: string | undefined; readonly needs: readonly PackageName[] }
  /** An artifact that kith did not build is taken as kiss would take it. */
  | { readonly kind: 'unkeyed'; readonly artifact: string }
  | { readonly kind: 'build'; readonly causes: readonly BuildCause[] }
  /** It is built if what it waits for turns out to be another than it was. */
  | { readonly kind: 'perhaps'; readonly causes: readonly BuildCause[] }

export interface JudgeOptions {
  readonly name: PackageName
  /** The tarball in `bin` of the version that the recipe has. */
  readonly artifact: string | undefined
  /** Build it whatever there is. */
  readonly isAsked: boolean
  /** Whether an artifact of unknown origin will do, and a source that moves is taken as it was. */
  readonly takesOld: boolean
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
  /** The artifact that a build would make, where one was made already. Its dependencies are settled, its sources known. */
  readonly findMade: (
    recipe: Recipe,
  ) => Promise<{ readonly artifact: string; readonly record: BuildRecord } | undefined>
  /** What a build that begins now is made of; `directory` has the copy of the recipe that it uses. */
  readonly describe: (recipe: Recipe, directory: string) => Promise<KeyedBuild>
  /** Keeps what was found out about files, for the next command. */
  readonly save: () => void
}

export function openBuildKeys(supply: Omit<PackageSupply, 'artifactOf'>, settings: BuildSettings): BuildKeys {
  const { cacheDirectory } = settings
  const index = openContentIndex(cacheDirectory)
  const outputs = createOutputs(supply, layersDirectoryOf(cacheDirectory), index)
  /** Packages of the plan; undefined: still to be built. */
  const planned = new Map<PackageName, (() => Promise<PackageOutput>) | undefined>()
  const everything = { ...supply, artifactOf: () => undefined }
  let base: Promise<readonly DescribedTree[]> | undefined
  const outputOf = async (name: PackageName): Promise<PackageOutput | 'undecided' | undefined> => {
    if (!planned.has(name)) return outputs.ofInstalled(name)
    return (await planned.get(name)?.()) ?? 'undecided'
  }
  const read = async (
    recipe: Recipe,
    options: { isFetched: boolean; directory?: string; sourceBefore?: (text: string) => string | undefined },
  ): Promise<BuildReading> => {
    base ??= describeBase(everything, { settings, outputs, index })
    return await readBuild(recipe, { ...options, outputOf, base: await base }, settings, index)
  }
  const settle = (name: PackageName, artifact: string): void => {
    planned.set(name, () => outputs.ofArtifact(name, artifact))
    base = undefined
  }
  const judgeRecipe = async (
    recipe: Recipe,
    { artifact, takesOld }: JudgeOptions,
    record: BuildRecord | undefined,
  ): Promise<Verdict & { readonly output?: PackageOutput }> => {
    const sourceBefore = (text: string) =>
      record?.inputs.find(({ kind, name }) => kind === 'source' && name === text)?.value
    const { description, undecided } = await read(recipe, {
      isFetched: false,
      ...(takesOld ? { sourceBefore } : {}),
    })
    const found = isOpen(undecided) ? undefined : findKnown(buildKeyOf(description), artifact, record)
    if (found !== undefined) return found
    if (record === undefined)
      return { kind: 'build', causes: [{ kind: 'absent', version: versionLabel(recipe.version) }] }
    const causes = compareInputs(record.inputs, listInputs(description, listRecipeFiles(recipe.directory)), undecided)
    if (causes.length > 0) return { kind: 'build', causes }
    return isOpen(undecided)
      ? { kind: 'perhaps', causes: openCauses(undecided) }
      : { kind: 'build', causes: [orderChanged] }
  }
  const findKnown = (key: string, artifact: string | undefined, record: BuildRecord | undefined) => {
    if (record?.key === key)
      return { kind: 'current', artifact, needs: record.needs, output: outputIn(record) } as const
    const kept = findByKey(cacheDirectory, key, index)
    if (kept === undefined) return undefined
    const { needs } = kept.record
    return { kind: 'current', artifact: kept.artifact, needs, output: outputIn(kept.record) } as const
  }
  return {
    settle,
    save: index.save,
    async judge(reading, options) {
      const { recipe, version } = reading
      const { name, artifact, isAsked, takesOld } = options
      planned.set(name, undefined)
      if (isAsked) return { kind: 'build', causes: [{ kind: 'asked' }] }
      const record = artifact === undefined ? undefined : readRecord(artifact, index)
      if (artifact !== undefined && (record === undefined || recipe === undefined)) {
        if (!takesOld) return { kind: 'build', causes: [{ kind: 'unknown-origin' }] }
        settle(name, artifact)
        return { kind: 'unkeyed', artifact }
      }
      if (recipe === undefined)
        return {
          kind: 'build',
          causes: [{ kind: 'absent', version: version === undefined ? '' : versionLabel(version) }],
        }
      const { output, ...verdict } = await judgeRecipe(recipe, options, record)
      if (output !== undefined) planned.set(name, async () => output)
      return verdict
    },
    async findMade(recipe) {
      const { description, undecided } = await read(recipe, { isFetched: true })
      if (isOpen(undecided)) return undefined
      const found = findByKey(cacheDirectory, buildKeyOf(description), index)
      return found?.artifact === undefined ? undefined : { artifact: found.artifact, record: found.record }
    },
    async describe(recipe, directory) {
      const { description } = await read(recipe, { isFetched: true, directory })
      return { key: buildKeyOf(description), inputs: listInputs(description, listRecipeFiles(directory)) }
    },
  }
}

function outputIn({ output, needs }: BuildRecord): PackageOutput {
  return { digest: output, needs }
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
