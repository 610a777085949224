import { findKeptRecipe } from '../build/kept-recipe.ts'
import { refusePrivateRecipe } from '../build/refuse-private.ts'
import { isKithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { versionLabel } from '../model/version.ts'
import { compareRecipes, type EarlierRecipe, type RecipeChange } from '../recipe/compare-recipes.ts'
import { readRecipeVersion } from '../recipe/read-version.ts'
import { databasePath } from '../store/installed-database.ts'
import { isFile } from '../system/files.ts'
import type { Invocation } from './command.ts'
import type { PlannedBuild, PlannedStep } from './make-plan.ts'

type ReviewInvocation = Pick<Invocation, 'config' | 'context' | 'options'>

/**
 * Shows what is other in the recipes of a plan than when they were built or installed last: with --review of all; where somebody is there
 * to read it, of those whose scripts changed, unless --no-review. Gives those that it showed.
 */
export async function reviewRecipes({ steps }: PlannedBuild, invocation: ReviewInvocation): Promise<PackageName[]> {
  const { config, context, options } = invocation
  const isAsked = options.has('--review')
  const isWatched = config.isAsking && process.stdin.isTTY === true && process.stderr.isTTY === true
  if (options.has('--no-review') || !(isAsked || isWatched)) return []
  const shown: PackageName[] = []
  for (const step of steps) {
    const earlier = findEarlier(step.name, invocation)
    if (earlier === undefined && !isAsked) continue
    const changes = await compare(step, earlier, invocation)
    if (!(isAsked ? changes.length > 0 : changes.some(({ isScript }) => isScript))) continue
    const version = earlier && readRecipeVersion(earlier.directory, step.name)
    context.emit({
      kind: 'recipe-changed',
      package: step.name,
      since: earlier?.kind,
      version: version && versionLabel(version),
      files: changes,
    })
    shown.push(step.name)
  }
  return shown
}

function findEarlier(name: PackageName, { config }: ReviewInvocation): EarlierRecipe | undefined {
  const kept = findKeptRecipe(config.cacheDirectory, name)
  if (kept !== undefined) return { directory: kept, kind: 'built' }
  const directory = `${config.root}${databasePath}/${name}`
  return isFile(`${directory}/build`) ? { directory, kind: 'installed' } : undefined
}

/** A host without diff(1) builds all the same. */
async function compare(
  { name, reading }: PlannedStep,
  earlier: EarlierRecipe | undefined,
  { context }: ReviewInvocation,
): Promise<RecipeChange[]> {
  try {
    refusePrivateRecipe(reading.directory)
    return await compareRecipes(reading.directory, earlier, reading.recipe?.override)
  } catch (error) {
    if (!isKithError(error, 'program-missing')) throw error
    context.emit({ kind: 'notice', level: 'warning', package: name, text: `no review: ${error.message}` })
    return []
  }
}
