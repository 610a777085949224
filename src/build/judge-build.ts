import type { BuildCause } from '../model/build-cause.ts'
import type { BuildInput, BuildRecord } from '../model/build-record.ts'
import type { PackageName } from '../model/package-name.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { versionLabel } from '../model/version.ts'
import { listInputs } from '../plan/build-action.ts'
import { compareInputs, type Undecided } from '../plan/build-causes.ts'
import { fileInfo } from '../system/files.ts'
import { findArtifact } from './artifact-cache.ts'
import type { BuildReading, DescribedRecipe } from './describe-build.ts'
import { readInputs, readRecord } from './kept-artifacts.ts'
import type { KeyWorld } from './key-world.ts'
import { listRecipeFiles, readRecipeFacts } from './recipe-facts.ts'
import { noSubstitutes, type Substitute, type Substitutes } from './substitutes.ts'

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

export interface JudgeWorld extends KeyWorld {
  readonly substitutes: Substitutes
  /** Packages that were judged to be remote. */
  readonly remote: Map<PackageName, RemotePackage>
}

export interface RemotePackage {
  readonly substitute: Substitute
  readonly inputs: () => BuildInput[]
}

/** Judges one package after all that it depends on, and plans with what it puts out. Throws `io-failed`, `archive-invalid`. */
export async function judgeBuild(
  reading: RecipeReading,
  { name, takesOld, rebuildsBeforeMs }: JudgeOptions,
  world: JudgeWorld,
): Promise<Verdict> {
  const { index, settings } = world
  const { cacheDirectory, compression } = settings
  world.plan(name, 'undecided')
  if (rebuildsBeforeMs === undefined && isCertainlyAbsent(reading, name, world)) return absent()
  const facts = readRecipeFacts(reading, { index, cacheDirectory })
  const version = facts?.version ?? reading.version
  const artifact = version && findArtifact(cacheDirectory, name, version, compression)
  const record = artifact === undefined ? undefined : readRecord(artifact, index)
  if (rebuildsBeforeMs !== undefined && madeAtMs(artifact) < rebuildsBeforeMs)
    return { kind: 'build', causes: [{ kind: 'asked' }] }
  if (artifact !== undefined && (record === undefined || facts === undefined)) {
    if (!takesOld) return { kind: 'build', causes: [{ kind: 'unknown-origin' }] }
    world.settle(name, artifact)
    return { kind: 'unkeyed', artifact }
  }
  if (facts === undefined) return absent(version && versionLabel(version))
  const { directory, dependencies, override } = reading
  return await judgeRecipe({ name, dependencies, facts, override }, { directory, artifact, record, takesOld }, world)
}

interface Judged {
  readonly directory: string
  readonly artifact: string | undefined
  readonly record: BuildRecord | undefined
  readonly takesOld: boolean
}

async function judgeRecipe(recipe: DescribedRecipe, judged: Judged, world: JudgeWorld): Promise<Verdict> {
  const { directory, artifact, record, takesOld } = judged
  const before = (): readonly BuildInput[] => (artifact === undefined ? [] : readInputs(artifact))
  const sourceBefore = (text: string) => before().find(({ kind, name }) => kind === 'source' && name === text)?.value
  const options = takesOld && record !== undefined ? { isFetched: false, sourceBefore } : { isFetched: false }
  const reading = await world.read(recipe, options)
  const known = isOpen(reading.undecided) ? undefined : await findKnown(recipe, { ...judged, reading }, world)
  if (known !== undefined) return known
  if (record === undefined) return absent(versionLabel(recipe.facts.version))
  const now = listInputs(reading.describe(), listRecipeFiles(directory))
  const causes = compareInputs(before(), now, reading.undecided)
  if (causes.length > 0) return { kind: 'build', causes }
  if (isOpen(reading.undecided)) return { kind: 'perhaps', causes: openCauses(reading.undecided) }
  return { kind: 'build', causes: [orderChanged] }
}

/** What was made of the same: in `bin`, by its key, in a binary repository; or at least what is known of it. */
async function findKnown(
  { name, facts: { version } }: DescribedRecipe,
  { directory, artifact, record, reading }: Judged & { readonly reading: BuildReading },
  { plan, keyOf, findKept, substitutes, remote }: JudgeWorld,
): Promise<Verdict | undefined> {
  const key = keyOf(name, reading)
  const found = record?.key === key ? { artifact, record } : findKept(key)
  const isHere = found?.artifact !== undefined
  const substitute = isHere ? undefined : await substitutes.find(key, { name, version })
  if (substitute !== undefined) {
    const { output: digest, needs } = substitute.entry
    plan(name, { digest, needs })
    remote.set(name, { substitute, inputs: () => listInputs(reading.describe(), listRecipeFiles(directory)) })
    return { kind: 'remote', substitute, needs }
  }
  if (found === undefined) return undefined
  const { output: digest, needs } = found.record
  plan(name, { digest, needs })
  return { kind: 'current', artifact: found.artifact, needs }
}

function madeAtMs(artifact: string | undefined): number {
  return artifact === undefined ? 0 : (fileInfo(artifact)?.mtimeMs ?? 0)
}

/** Of what was never built, and cannot be found by its key, no more has to be read: a plan may have many thousands of them. */
function isCertainlyAbsent({ dependencies }: RecipeReading, name: PackageName, world: JudgeWorld): boolean {
  if (world.wasBuilt(name)) return false
  const hasKeys = world.keepsAny || world.substitutes !== noSubstitutes
  return !hasKeys || dependencies.some((one) => world.isUndecided(one.name))
}

function absent(version?: string): Extract<Verdict, { kind: 'build' }> {
  return { kind: 'build', causes: [version === undefined ? { kind: 'absent' } : { kind: 'absent', version }] }
}

/** Where every single input is as it was and the key is not. */
const orderChanged = { kind: 'input', change: 'changed', input: 'dependency', name: 'their order' } as const

/** Whether something of a build is not known yet. */
export function isOpen({ dependencies, sources }: Undecided): boolean {
  return dependencies.size + sources.size > 0
}

function openCauses({ dependencies, sources }: Undecided): BuildCause[] {
  return [
    ...[...dependencies].map((dependency): BuildCause => ({ kind: 'dependency-built', dependency })),
    ...[...sources].map((source): BuildCause => ({ kind: 'source-unknown', source })),
  ]
}
