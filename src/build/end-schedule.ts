import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import type { WorkKind } from '../plan/work-queue.ts'
import type { BuildSettings } from './build-settings.ts'
import type { PackageWork } from './plan-work.ts'
import type { Failure } from './run-queue.ts'

/**
 * Tells a failure as soon as it is there, and gives what may still start: after one that was not expected nothing; sources are
 * fetched on after one that could not be, so that one run tells all that are missing.
 */
export function tellFailure(
  { item, error, lost, running }: Failure<PackageWork>,
  { keepsGoing }: Pick<BuildSettings, 'keepsGoing'>,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): readonly WorkKind[] {
  if (!(error instanceof KithError) || signal.aborted) return []
  const names = lost.filter(({ kind }) => kind === 'build').map(({ recipe }) => recipe.name)
  const { code, message } = error
  emit({ kind: 'package-failed', package: item.recipe.name, code, message, lost: names, running })
  if (keepsGoing) return ['fetch', 'build']
  return item.kind === 'fetch' ? ['fetch'] : []
}

export interface ScheduleOutcome {
  readonly recipes: readonly Recipe[]
  readonly built: ReadonlyMap<PackageName, string>
  readonly failures: readonly Failure<PackageWork>[]
}

/**
 * Tells what became of a plan that was not carried out in full, and throws why: the only failure as it is, several as
 * `builds-failed`; `interrupted`. Returns where all is built.
 */
export function endSchedule(
  { recipes, built, failures }: ScheduleOutcome,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): void {
  const unexpected = failures.find(({ error }) => !(error instanceof KithError))
  if (unexpected !== undefined) throw unexpected.error
  const total = recipes.length
  const failed = [...new Set(failures.map(({ item }) => item.recipe.name))]
  const because = new Map(
    failures.flatMap(({ item, lost }) => lost.map(({ recipe }) => [recipe.name, item.recipe.name] as const)),
  )
  for (const name of failed) because.delete(name)
  const isOpen = ({ name }: Recipe): boolean => !built.has(name) && !failed.includes(name) && !because.has(name)
  const left = recipes.filter(isOpen).map(({ name }) => name)
  if (failures.length === 0 && left.length === 0 && !signal.aborted) return
  if (total > 1)
    emit({
      kind: 'schedule-ended',
      built: [...built.keys()],
      failed: signal.aborted ? [] : failed,
      lost: signal.aborted ? [] : [...because].map(([name, one]) => ({ package: name, because: one })),
      left: signal.aborted ? recipes.filter(({ name }) => !built.has(name)).map(({ name }) => name) : left,
    })
  if (signal.aborted) throw new KithError('interrupted', {})
  const [only] = failures
  if (only !== undefined && failures.length === 1) throw only.error
  if (failures.every(({ item }) => item.kind === 'fetch'))
    throw new KithError('fetches-failed', { failures: failures.map(({ error }) => messageOf(error)) })
  throw new KithError('builds-failed', { failed, total })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
