import { findArtifact } from '../build/artifact-cache.ts'
import { type BuildKeys, openBuildKeys } from '../build/build-keys.ts'
import type { BuildSettings } from '../build/build-settings.ts'
import type { PackageWorld } from '../build/missing-dependencies.ts'
import { openSubstitutes } from '../build/substitutes.ts'
import { type FetchSettings, fetchDefaults } from '../fetch/fetch-settings.ts'
import { parseMirrors } from '../fetch/mirrors/parse-mirrors.ts'
import { parseSubstituters } from '../fetch/substituters/substituter.ts'
import { readTrustedKeys } from '../fetch/substituters/trusted-keys.ts'
import type { PackageName } from '../model/package-name.ts'
import { parseJobs, parseLoad, type ScheduleLimits } from '../model/schedule-limits.ts'
import { readRecipeVersion } from '../recipe/read-version.ts'
import { findRecipe } from '../recipe/repositories.ts'
import { type InstalledPackages, readManifest } from '../store/installed-database.ts'
import { diskTree } from '../system/tree-view.ts'
import type { Invocation } from './command.ts'
import { openProviders, type Providers } from './providers.ts'
import { workDirectoryOf } from './session.ts'

/** How sources are fetched, from the settings. */
export function fetchSettings({ config, environment }: Pick<Invocation, 'config' | 'environment'>): FetchSettings {
  const { mirrors, cacheDirectory, fetchProgram: program } = config
  return { ...fetchDefaults, ...parseMirrors(mirrors), cacheDirectory, environment, program }
}

/** How packages are built, from the settings. */
export function buildSettings(
  invocation: Pick<Invocation, 'config' | 'environment' | 'options' | 'values'>,
  named: readonly PackageName[],
): BuildSettings {
  const { config, environment, options } = invocation
  return {
    cacheDirectory: config.cacheDirectory,
    workDirectory: workDirectoryOf(config),
    compression: config.compression,
    isStripping: config.isStripping,
    keepsLogs: config.keepsLogs,
    keepsWork: config.keepsWork,
    environment,
    passedVariables: config.passedVariables,
    limits: config.limits,
    sandboxFiles: config.sandboxFiles,
    sysroot: config.sysroot,
    hasNetwork: networkOf(invocation, named),
    usesHostTools: options.has('--host-tools'),
    fetch: fetchSettings(invocation),
    schedule: scheduleOf(invocation),
    keepsGoing: options.has('--keep-going'),
    now: new Date(),
  }
}

function scheduleOf({ config, values }: Pick<Invocation, 'config' | 'values'>): ScheduleLimits {
  const [jobs, load] = [values.get('--jobs'), values.get('--load')]
  return {
    ...config.schedule,
    ...(jobs === undefined ? {} : { jobs: parseJobs(jobs, '--jobs') }),
    ...(load === undefined ? {} : { load: parseLoad(load, '--load') }),
  }
}

/** Whose build scripts may use the network: those of KITH_NETWORK, and with --network those that the command `named`. */
function networkOf(
  { config, options }: Pick<Invocation, 'config' | 'options'>,
  named: readonly PackageName[],
): (name: PackageName) => boolean {
  const allowed = new Set<string>([...config.networkPackages, ...(options.has('--network') ? named : [])])
  return (name) => allowed.has(name)
}

/** Gives what judges the packages of a plan; it asks the binary repositories of the settings. Throws `invalid-setting`. */
export function keysOpener(
  invocation: Pick<Invocation, 'config' | 'environment' | 'context'>,
  installed: InstalledPackages,
  settings: BuildSettings,
): (providers: Providers) => BuildKeys {
  const { config, context } = invocation
  const wanted = {
    substituters: parseSubstituters(config.substituters),
    trustedKeys: readTrustedKeys(config.trustedKeys),
  }
  const substitutes = openSubstitutes(wanted, settings.fetch, context)
  return (providers) => openBuildKeys(supplyPackages(installed, invocation, providers), settings, substitutes)
}

/** The packages that builds may use: installed ones, and for base what the repositories have and the cache holds. */
export function supplyPackages(
  installed: InstalledPackages,
  { config }: Pick<Invocation, 'config'>,
  providers?: Pick<Providers, 'resolve'>,
): Omit<PackageWorld, 'artifactOf'> {
  const { root, repositories, cacheDirectory, compression } = config
  const tree = diskTree(root)
  const { resolve } = providers ?? openProviders({ config, installed, repositories, targets: [] })
  const supplied = [...installed].map(([name, { dependencies, entry }]) => {
    return [name, { dependencies, manifest: () => readManifest(tree, entry) }] as const
  })
  return {
    root,
    installed: new Map(supplied),
    providerOf: resolve,
    hasRecipe: (name) => findRecipe(name, repositories) !== undefined,
    builtOf(name) {
      const directory = findRecipe(name, repositories)
      const version = directory === undefined ? undefined : readRecipeVersion(directory, name)
      return version && findArtifact(cacheDirectory, name, version, compression)
    },
  }
}
