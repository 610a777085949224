import { join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { redactUrls } from '../../fetch/redact-urls.ts'
import { offerName } from '../../model/offers.ts'
import { describeOverride } from '../../model/override.ts'
import type { PackageName } from '../../model/package-name.ts'
import { printProvided } from '../../model/provides.ts'
import { needsOf } from '../../plan/package-graph.ts'
import { withOverride } from '../../recipe/overridden-recipe.ts'
import { readRecipe } from '../../recipe/read-recipe.ts'
import { firstParagraph, readReadme } from '../../recipe/readme.ts'
import { findRecipe } from '../../recipe/repositories.ts'
import { type PackageInfo, renderPackageInfo } from '../../report/terminal/package-info.ts'
import {
  databasePath,
  type InstalledPackage,
  type InstalledPackages,
  loadInstalled,
  readManifest,
} from '../../store/installed-database.ts'
import { markOfPackage } from '../../store/marks.ts'
import { openRoot } from '../../store/open-root.ts'
import { loadOffers } from '../../store/package-offers.ts'
import { openDiskUse } from '../../system/disk-use.ts'
import { unlessDenied } from '../../system/failure.ts'
import type { Command, Invocation } from '../command.ts'
import { installedGraph, namedPackages } from '../installed-named.ts'

/** What is known about packages, installed or not. */
export const info: Command = async ({ arguments: words, config, show }) => {
  const installed = loadInstalled(config.root)
  namedPackages(words).forEach((name, index) => {
    const found = collectInfo(name, installed, config)
    const text = renderPackageInfo(found, Math.min(100, process.stdout.columns ?? 80))
    show(index === 0 ? text : `\n${text}`, { kind: 'package-info', ...found })
  })
  return 0
}

/** Throws `recipe-not-found`. */
function collectInfo(name: PackageName, installed: InstalledPackages, config: Invocation['config']): PackageInfo {
  const found = installed.get(name)
  const directory = findRecipe(name, config.repositories)
  const described = directory ?? (found && join(config.root + databasePath, name))
  if (described === undefined) throw new KithError('recipe-not-found', { name, searched: config.repositories })
  const reading = withOverride(readRecipe(described, name), config.overrides)
  const readme = readReadme(described)
  const graph = installedGraph(installed, config.root)
  return {
    name,
    description: readme && firstParagraph(readme.text),
    recipe:
      directory === undefined
        ? undefined
        : { version: reading.version, directory, isUsable: reading.recipe !== undefined },
    installed: found && measure(found, config.root),
    override:
      reading.recipe?.override && `${reading.recipe.override.directory}: ${describeOverride(reading.recipe.override)}`,
    dependencies: reading.dependencies,
    neededBy: [...installed.keys()].filter((other) => needsOf(graph, other, 'run').includes(name)),
    provides: reading.provides.map(printProvided),
    offers: found === undefined ? [] : offeredNames(found, config.root),
    sources: reading.sourceLines.flatMap(({ kind, text }) => (kind === 'comment' ? [] : redactUrls(text))),
  }
}

/** What its files offer: `so:libz.so.1`, each once. */
function offeredNames(found: InstalledPackage, root: string): string[] {
  const offers = loadOffers(root, new Map([[found.name, found]])).get(found.name)?.offers ?? []
  return [...new Set(offers.map(offerName))]
}

function measure(found: InstalledPackage, root: string): PackageInfo['installed'] {
  const { version, entry } = found
  const use = openDiskUse(root)
  const { tree } = openRoot(root)
  const files = readManifest(tree, entry).filter(({ isDirectory }) => !isDirectory)
  return {
    version,
    mark: unlessDenied(() => markOfPackage(found, tree)),
    files: files.length,
    kibibytes: files.reduce((sum, { path }) => sum + (use(path) ?? 0), 0),
  }
}
