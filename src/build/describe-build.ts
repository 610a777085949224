import type { Dependency } from '../model/depends.ts'
import type { Override } from '../model/override.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { type BuildDescription, type DescribedTree, protocolVersion } from '../plan/build-action.ts'
import type { Undecided } from '../plan/build-causes.ts'
import { digestFileNow } from '../system/digests.ts'
import { stampOf } from '../system/file-stamp.ts'
import { overrideSettings } from './apply-override.ts'
import { formerLibraries, loadBase } from './base-packages.ts'
import type { BuildSettings } from './build-settings.ts'
import type { ContentIndex } from './content-index.ts'
import { describeHostTools, digestOfFile } from './host-tools.ts'
import { keyEnvironment } from './key-environment.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import type { PackageOutput, PackageOutputs } from './package-outputs.ts'
import type { RecipeFacts } from './recipe-facts.ts'
import { identifySource } from './source-identity.ts'
import type { PackageSupply } from './sysroot-packages.ts'

/** A build as far as it is known. */
export interface BuildReading {
  /** Text that is another whenever the description is. */
  readonly fingerprint: string
  /** Without what is undecided. */
  readonly describe: () => BuildDescription
  readonly undecided: Undecided
}

export interface FoundOutput {
  readonly name: PackageName
  readonly output: PackageOutput | 'undecided'
}

export interface ReadingOptions {
  /** Of the package that a name stands for; `undecided`: it will be built first. Undefined: it is nowhere. */
  readonly outputOf: (name: PackageName) => FoundOutput | undefined | Promise<FoundOutput | undefined>
  /** Its sources were fetched for this build. */
  readonly isFetched: boolean
  /** What a source that is not known yet was when the artifact was built, where that will do. */
  readonly sourceBefore?: (text: string) => string | undefined
  /** What lies below its dependencies. */
  readonly base: readonly DescribedTree[]
}

export interface DescribedRecipe {
  readonly name: PackageName
  readonly dependencies: readonly Dependency[]
  readonly facts: RecipeFacts
  readonly override?: Override | undefined
}

/** Everything that the artifact of a recipe would depend on now. Throws `io-failed`, `archive-invalid`. */
export async function readBuild(
  { name, dependencies, facts, override }: DescribedRecipe,
  { outputOf, isFetched, sourceBefore, base }: ReadingOptions,
  settings: BuildSettings,
  index: ContentIndex,
): Promise<BuildReading> {
  const identified = facts.sources.map((source) => ({
    text: source.text,
    destination: source.destination,
    identity: identifySource(source, { index, isFetched }) ?? sourceBefore?.(source.text),
  }))
  const { layers, undecided } = await collectLayers(dependencies, outputOf)
  const sources = identified.flatMap(({ identity, ...one }) => (identity === undefined ? [] : [{ ...one, identity }]))
  const properties = describeSettings({ name, format: facts.format }, settings, index)
  const extra = override === undefined ? [] : describeOverriding(override, index)
  const own = overrideSettings(override, settings)
  const parts = { recipe: facts.digest, sources, layers, base, properties, extra }
  return {
    fingerprint: [
      JSON.stringify([protocolVersion, name, facts.digest, sources, layers, properties, extra]),
      textOf(base, () => base),
      override === undefined
        ? textOf(settings, () => keyEnvironment('', settings))
        : JSON.stringify(keyEnvironment(name, own)),
    ].join('\n'),
    describe: () => ({ name, ...parts, environment: keyEnvironment(name, own) }),
    undecided: {
      dependencies: undecided,
      sources: new Set(identified.flatMap(({ text, identity }) => (identity === undefined ? [text] : []))),
    },
  }
}

/** What is the same for all packages of a plan but for their names, as text that is made once for each `owner`. */
function textOf(owner: object, make: () => unknown): string {
  const text = texts.get(owner) ?? JSON.stringify(make())
  texts.set(owner, text)
  return text
}
const texts = new WeakMap<object, string>()

/** As collectSysroot collects them: what is named, make and runtime alike, each followed by what it needs to run. */
async function collectLayers(dependencies: readonly Dependency[], outputOf: ReadingOptions['outputOf']) {
  const layers = new Map<PackageName, DescribedTree>()
  const undecided = new Set<PackageName>()
  const add = async (wanted: PackageName): Promise<void> => {
    if (layers.has(wanted) || undecided.has(wanted)) return
    const answer = outputOf(wanted)
    // Nearly all are known: waiting for each would take longer than all else.
    const found = answer instanceof Promise ? await answer : answer
    if (found === undefined || layers.has(found.name)) return
    const { name, output } = found
    if (output === 'undecided') {
      undecided.add(name)
      return
    }
    layers.set(name, { name, digest: output.digest })
    for (const need of output.needs) await add(need)
  }
  for (const { name } of dependencies) await add(name)
  return { layers: [...layers.values()], undecided }
}

/** What an override changes besides variables: patches in their order, and dependencies. */
function describeOverriding({ directory, dependencies, patches }: Override, index: ContentIndex): DescribedTree[] {
  const files = [...(dependencies.length === 0 ? [] : [`${directory}/depends`]), ...patches]
  return files.map((path) => ({ name: path.slice(directory.length + 1), digest: digestOfFile(path, index) }))
}

function describeSettings(
  { name, format }: { readonly name: PackageName; readonly format: RecipeFacts['format'] },
  { isStripping, hasNetwork, sandboxFiles }: BuildSettings,
  index: ContentIndex,
): Record<string, string> {
  const files = sandboxFiles.map(({ path, isWritable }) => {
    const stamp = stampOf(path)
    // Of a directory only that it is there: what is in it may be anything, and large.
    const content = stamp?.kind === 'file' ? index.valueOf(`file ${path}`, stamp, () => digestFileNow(path)) : ''
    return `${path}${isWritable ? ':rw' : ''} ${content}`
  })
  return {
    format,
    machine: process.arch,
    strip: isStripping ? 'yes' : 'no',
    ...(hasNetwork(name) ? { network: 'host' } : {}),
    ...(files.length > 0 ? { 'sandbox-files': files.join('\n') } : {}),
  }
}

/** What lies below the dependencies of every build: the packages of `base`, or the host's tools. */
export async function describeBase(
  supply: PackageSupply,
  { settings, outputs, index }: { settings: BuildSettings; outputs: PackageOutputs; index: ContentIndex },
): Promise<DescribedTree[]> {
  const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
  const base = settings.usesHostTools ? undefined : await loadBase(supply, layersDirectory)
  if (base === undefined) return describeHostTools(index)
  const described: DescribedTree[] = []
  for (const [name, source] of base.sources) {
    const output = source.kind === 'artifact' ? await outputs.ofArtifact(name, source.file) : outputs.ofInstalled(name)
    if (output !== undefined) described.push({ name, digest: output.digest })
  }
  for (const { name } of formerLibraries(base, supply)) {
    const output = outputs.ofFormer(parsePackageName(name))
    if (output !== undefined) described.push({ name: `${name} before`, digest: output.digest })
  }
  return described
}
