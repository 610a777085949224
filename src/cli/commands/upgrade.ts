import type { PackageName } from '../../model/package-name.ts'
import { versionLabel } from '../../model/version.ts'
import type { ProvidingPackage } from '../../plan/exclusive-names.ts'
import { findUpgrades } from '../../plan/upgrades.ts'
import { readProvides } from '../../recipe/read-provides.ts'
import { readRecipeVersion } from '../../recipe/read-version.ts'
import { createRecipeFinder } from '../../recipe/recipe-finder.ts'
import { databasePath, loadInstalled } from '../../store/installed-database.ts'
import { loadInstalledVersions } from '../../store/installed-versions.ts'
import { requireNoClash } from '../../store/require-no-clash.ts'
import { diskTree } from '../../system/tree-view.ts'
import { askToContinue } from '../ask.ts'
import { buildSettings, keysOpener } from '../build-context.ts'
import type { Command } from '../command.ts'
import { fetchPlanned } from '../fetch-planned.ts'
import { installArtifacts } from '../install-artifacts.ts'
import { makePlan, tellPlan } from '../make-plan.ts'
import type { Providers } from '../providers.ts'
import { reviewRecipes } from '../review-recipes.ts'
import { foreseeRebuilds, openUpgradeBuilds, runUpgradeBuilds } from '../upgrade-builds.ts'

/**
 * Builds and installs every installed package whose repository has another version, with the new ones they need, and again what would miss
 * a library: in one transaction, when all of it is built.
 */
export const upgrade: Command = async (invocation) => {
  const { config, context } = invocation
  const versions = new Map([...loadInstalledVersions(config.root)].map((one) => [one.name, one]))
  const findRecipe = createRecipeFinder(config.repositories)
  const { upgrades, orphans, unreadable } = findUpgrades(versions, (name) => {
    const directory = findRecipe(name)
    return directory === undefined ? 'missing' : (readRecipeVersion(directory, name) ?? 'unreadable')
  })
  const say = (text: string): void => context.emit({ kind: 'notice', level: 'info', text })
  for (const name of unreadable)
    context.emit({
      kind: 'notice',
      level: 'warning',
      package: name,
      text: `its recipe cannot be read: kith lint ${name}`,
    })
  if (orphans.length > 0) say(`packages without repository: ${orphans.join(' ')}`)
  if (upgrades.length === 0) {
    say('nothing to do')
    return 0
  }
  const installed = loadInstalled(config.root)
  for (const { name, from, to } of upgrades)
    say(`${name} ${from === undefined ? 'unknown' : versionLabel(from)} => ${versionLabel(to)}`)
  const own = upgrades.filter(({ name }) => ownPackages.has(name))
  const isOwnFirst = own.length > 0 && own.length < upgrades.length
  if (isOwnFirst) say('the package manager itself comes first, the rest with the next upgrade')
  const names = (isOwnFirst ? own : upgrades).map(({ name }) => name)
  const repositories = [...config.repositories, config.root + databasePath]
  const settings = buildSettings(invocation, [])
  const openKeys = keysOpener(invocation, installed, settings)
  const planWith = (open: typeof openKeys) =>
    makePlan({ names, repositories }, installed, { config, openKeys: open, mayUseCache: true })
  const planned = await planWith(openKeys)
  const { order } = planned
  // Before anything is built; an installation would refuse it at the end.
  const coming = order.filter((name) => installed.has(name)).map((name) => recipeProvides(name, planned.providers))
  if (!config.isForced) requireNoClash(coming, installed, diskTree(config.root))
  tellPlan(planned, settings, context)
  const builds = openUpgradeBuilds(planned, { installed, invocation })
  await foreseeRebuilds(builds)
  if (invocation.options.has('--dry-run')) return 0
  await reviewRecipes(planned, invocation)
  await askToContinue(invocation, `Packages to update (${order.length}): ${order.join(' ')}`)
  const ready = await fetchPlanned(planned, (open) => planWith(() => open))
  const known = ready === planned ? builds : openUpgradeBuilds(ready, { installed, invocation })
  const artifacts = await runUpgradeBuilds(known).catch((error) => {
    // What is built since comes from the cache then; a root is only changed when all is there.
    say('nothing was installed; to go on with what is left: kith upgrade --resume')
    throw error
  })
  // Who asked for what does not change by an upgrade. What was built for each other is switched together, or not at all.
  const options = new Set([...invocation.options, '--automatic'].filter((option) => option !== '--keep-going'))
  const status = await installArtifacts(artifacts, { ...invocation, options })
  if (isOwnFirst) say("run 'kith upgrade' again to upgrade the rest")
  return status
}

function recipeProvides(name: PackageName, { findRecipe }: Providers): ProvidingPackage {
  const directory = findRecipe(name)
  return { name, provides: directory === undefined ? [] : readProvides(directory, name) }
}

/** What may bring kith itself: its new version is to upgrade the rest. */
const ownPackages: ReadonlySet<string> = new Set(['kith', 'kiss'])
