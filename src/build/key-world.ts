import type { PackageName } from '../model/package-name.ts'
import { buildKeyOf, type DescribedTree } from '../plan/build-action.ts'
import { digestText } from '../system/digests.ts'
import { listBuiltNames } from './artifact-cache.ts'
import type { BuildSettings } from './build-settings.ts'
import { type ContentIndex, openContentIndex } from './content-index.ts'
import {
  type BuildReading,
  type DescribedRecipe,
  describeBase,
  type FoundOutput,
  type ReadingOptions,
  readBuild,
} from './describe-build.ts'
import { findByKey, hasKeptArtifacts } from './kept-artifacts.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { createOutputs, type PackageOutput } from './package-outputs.ts'
import type { PackageSupply } from './sysroot-packages.ts'

/** What keys are computed from: the packages of a plan as they become known, what is installed, and what lies below all. */
export interface KeyWorld {
  readonly settings: BuildSettings
  readonly index: ContentIndex
  /** From now on a package of the plan is what puts this out; `undecided`: it is still to be built. */
  readonly plan: (name: PackageName, output: PackageOutput | 'undecided') => void
  /** From now on it is this artifact. */
  readonly settle: (name: PackageName, artifact: string) => void
  readonly read: (
    recipe: DescribedRecipe,
    options: Pick<ReadingOptions, 'isFetched' | 'sourceBefore'>,
  ) => Promise<BuildReading>
  /** Of a reading in which nothing is undecided. */
  readonly keyOf: (name: PackageName, reading: BuildReading) => string
  /** Whether it is a package of the plan that is still to be built. */
  readonly isUndecided: (name: PackageName) => boolean
  /** Whether there is a tarball of it, of any version. */
  readonly wasBuilt: (name: PackageName) => boolean
  /** Whether anything at all is kept by its key. */
  readonly keepsAny: boolean
  /** What was made by the action of this key here before. */
  readonly findKept: (key: string) => ReturnType<typeof findByKey>
}

export function openKeyWorld(supply: Omit<PackageSupply, 'artifactOf'>, settings: BuildSettings): KeyWorld {
  const { cacheDirectory } = settings
  const index = openContentIndex(cacheDirectory)
  const outputs = createOutputs(supply, layersDirectoryOf(cacheDirectory), index)
  /** What packages of the plan put out, or how to find out. */
  const planned = new Map<PackageName, PackageOutput | 'undecided' | (() => Promise<PackageOutput>)>()
  const builtNames = listBuiltNames(cacheDirectory)
  let base: Promise<readonly DescribedTree[]> | undefined
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
  return {
    settings,
    index,
    plan: (name, output) => void planned.set(name, output),
    settle(name, artifact) {
      planned.set(name, () => outputs.ofArtifact(name, artifact))
      // It may be a part of it.
      base = undefined
    },
    async read(recipe, options) {
      base ??= describeBase({ ...supply, artifactOf: () => undefined }, { settings, outputs, index })
      return await readBuild(recipe, { ...options, outputOf, base: await base }, settings, index)
    },
    keyOf(name, { fingerprint, describe }) {
      const stamp = { text: digestText(fingerprint), isFresh: false }
      return index.valueOf(`key ${name}`, stamp, () => buildKeyOf(describe()))
    },
    isUndecided: (name) => planned.get(standsFor(name)) === 'undecided',
    wasBuilt: (name) => builtNames.has(name),
    keepsAny: hasKeptArtifacts(cacheDirectory),
    findKept: (key) => findByKey(cacheDirectory, key, index),
  }
}
