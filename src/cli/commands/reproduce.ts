import { findArtifact } from '../../build/artifact-cache.ts'
import { fetchRecipes } from '../../build/fetch-recipes.ts'
import { layersDirectoryOf } from '../../build/layers-directory.ts'
import { reproduceRecipe } from '../../build/reproduce.ts'
import { runBuildPlan } from '../../build/run-build-plan.ts'
import { collectSysroot } from '../../build/sysroot-packages.ts'
import { verifySources } from '../../fetch/verify-sources.ts'
import type { PackageName } from '../../model/package-name.ts'
import { loadRecipes } from '../../recipe/load-recipes.ts'
import { requireRecipe } from '../../recipe/require-recipe.ts'
import { renderReproduction, renderSurroundings } from '../../report/terminal/reproduction-lines.ts'
import { terminalStyle } from '../../report/terminal/style.ts'
import { requireSandbox } from '../../sandbox/host.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { claimDirectory } from '../../system/claimed-directory.ts'
import { askToContinue } from '../ask.ts'
import { buildSettings, keysOpener, supplyPackages } from '../build-context.ts'
import type { Command } from '../command.ts'
import { fetchPlanned } from '../fetch-planned.ts'
import { requireReading } from '../load-recipes.ts'
import { type Judge, makePlan, type PlannedBuild, requireBuildPlan, substitute, tellPlan } from '../make-plan.ts'
import { openWorkspace } from '../workspace.ts'

/** Builds each named package twice in different surroundings and compares; what they need is built as usual. 1: one differs. */
export const reproduce: Command = async (invocation) => {
  const { arguments: words, config, context, environment, show } = invocation
  const workspace = openWorkspace(words, config, process.cwd())
  const installed = loadInstalled(config.root)
  const settings = buildSettings(invocation, workspace.names)
  const openKeys = keysOpener(invocation, installed, settings)
  const planWith = (open: typeof openKeys) =>
    makePlan(workspace, installed, { config, openKeys: open, mayUseCache: true })
  const planned = await fetchPlanned(await planWith(openKeys), (open) => planWith(() => open))
  const { keys, providers } = planned
  const supply = { ...supplyPackages(installed, invocation, providers), keys }
  const needed = onlyNeeded(planned)
  tellPlan(needed, settings, context)
  if (needed.steps.length > 0) await askToContinue(invocation, `Building ${needed.steps.length} packages first`)
  const plan = requireBuildPlan(needed, config.cacheDirectory)
  const built = await runBuildPlan(plan, supply, settings, context)
  if (needed.steps.length === 0) claimDirectory(settings.workDirectory)
  process.umask(0o022)
  const host = await requireSandbox(settings.sysroot)
  const readings = loadRecipes(workspace.names, workspace.repositories, { ...providers, overrides: config.overrides })
  const artifactOf = (name: PackageName): string | undefined => built.get(name) ?? plan.cached.get(name)
  const style = terminalStyle(environment, process.stdout.isTTY)
  const results = []
  for (const name of workspace.names) {
    const recipe = substitute(requireRecipe(requireReading(name, readings, workspace.repositories)), providers.resolve)
    await fetchRecipes([recipe], settings.fetch, context)
    await verifySources(recipe, settings.fetch, context)
    const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
    const sysroot = await collectSysroot(recipe.dependencies, { ...supply, artifactOf }, layersDirectory, settings)
    const describe = (directory: string) => keys.describe(recipe, directory)
    const made = (await keys.findMade(recipe))?.artifact
    const file = made ?? findArtifact(config.cacheDirectory, name, recipe.version, config.compression)
    const cached = file === undefined ? undefined : { file, hasSameKey: made !== undefined }
    const result = await reproduceRecipe({ recipe, sysroot, host, describe, cached }, settings, context)
    show(renderReproduction(result, style), { kind: 'reproduction', ...result })
    results.push(result)
  }
  const last = results.at(-1)
  if (last !== undefined && !invocation.options.has('--json')) show(renderSurroundings(last), { kind: 'surroundings' })
  return results.every(({ isIdentical }) => isIdentical) ? 0 : 1
}

/** Without what is only built to be compared; of that, nothing is taken from the cache either. */
function onlyNeeded<Keys extends Judge>(planned: PlannedBuild<Keys>): PlannedBuild<Keys> {
  const explicit = new Set(planned.explicit)
  return {
    ...planned,
    steps: planned.steps.filter(({ name }) => !explicit.has(name)),
    cached: new Map([...planned.cached].filter(([name]) => !explicit.has(name))),
    explicit: [],
  }
}
