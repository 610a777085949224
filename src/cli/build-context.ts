import type { BuildSettings } from '../build/build-settings.ts'
import type { SuppliedInstalled } from '../build/sysroot-packages.ts'
import { type FetchSettings, fetchDefaults } from '../fetch/fetch-settings.ts'
import { parseMirrors } from '../fetch/mirrors/parse-mirrors.ts'
import type { PackageName } from '../model/package-name.ts'
import { type InstalledPackage, readManifest } from '../store/installed-database.ts'
import type { Invocation } from './command.ts'
import { workDirectoryOf } from './session.ts'

/** How sources are fetched, from the settings. */
export function fetchSettings({ config, environment }: Pick<Invocation, 'config' | 'environment'>): FetchSettings {
  return { ...fetchDefaults, ...parseMirrors(config.mirrors), cacheDirectory: config.cacheDirectory, environment }
}

/** How packages are built, from the settings. */
export function buildSettings(invocation: Pick<Invocation, 'config' | 'environment'>): BuildSettings {
  const { config, environment } = invocation
  return {
    cacheDirectory: config.cacheDirectory,
    workDirectory: workDirectoryOf(config),
    compression: config.compression,
    isStripping: config.isStripping,
    keepsLogs: config.keepsLogs,
    keepsWork: config.keepsWork,
    environment,
    homeDirectory: config.homeDirectory,
    fetch: fetchSettings(invocation),
    now: new Date(),
  }
}

/** The installed packages as builds use them. */
export function supplyInstalled(
  installed: ReadonlyMap<PackageName, InstalledPackage>,
): ReadonlyMap<PackageName, SuppliedInstalled> {
  return new Map(
    [...installed].map(([name, { dependencies, directory }]) => [
      name,
      { dependencies, manifest: () => readManifest(directory) },
    ]),
  )
}
