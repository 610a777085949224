import { forEachOf } from '../fetch/for-each-of.ts'
import type { BuildInput } from '../model/build-record.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { buildKeyOf, listInputs } from '../plan/build-action.ts'
import type { BuildSettings } from './build-settings.ts'
import { isOpen, type JudgeOptions, judgeBuild, type RemotePackage, type Verdict } from './judge-build.ts'
import { type KeptArtifact, rememberByKey } from './kept-artifacts.ts'
import { openKeyWorld } from './key-world.ts'
import { factsOfCopy, listRecipeFiles } from './recipe-facts.ts'
import { recordOf, type Substitutes } from './substitutes.ts'
import type { PackageSupply } from './sysroot-packages.ts'

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
  const { cacheDirectory, fetch } = settings
  const world = openKeyWorld(supply, settings)
  const remote = new Map<PackageName, RemotePackage>()
  return {
    save: world.index.save,
    settle: world.settle,
    judge: (reading, options) => judgeBuild(reading, options, { ...world, substitutes, remote }),
    async fetch(names) {
      const wanted = names.flatMap((name) => remote.get(name) ?? [])
      await forEachOf(wanted, fetch.parallel, async ({ substitute, inputs }) => {
        await substitutes.fetch(substitute, inputs())
      })
      // What was only needed to judge them must be known when no repository can be asked any more.
      for (const { substitute, inputs } of remote.values())
        if (world.findKept(substitute.entry.key) === undefined)
          rememberByKey({ record: recordOf(substitute.entry), inputs: inputs() }, cacheDirectory)
      remote.clear()
    },
    async findMade(recipe) {
      const facts = factsOfCopy(recipe, recipe.directory, cacheDirectory)
      const reading = await world.read({ ...recipe, facts }, { isFetched: true })
      if (isOpen(reading.undecided)) return undefined
      const key = world.keyOf(recipe.name, reading)
      const found = world.findKept(key)
      if (found?.artifact !== undefined) return { artifact: found.artifact, record: found.record }
      const substitute = await substitutes.find(key, recipe)
      const inputs = () => listInputs(reading.describe(), listRecipeFiles(recipe.directory))
      return substitute && (await substitutes.fetch(substitute, inputs()))
    },
    async describe(recipe, directory) {
      const facts = factsOfCopy(recipe, directory, cacheDirectory)
      const { describe } = await world.read({ ...recipe, facts }, { isFetched: true })
      const description = describe()
      return { key: buildKeyOf(description), inputs: listInputs(description, listRecipeFiles(directory)) }
    },
  }
}
