import { basename, join } from 'node:path'
import { findArtifact } from '../build/artifact-cache.ts'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { readRecipeVersion } from '../recipe/read-version.ts'
import { findRecipe } from '../recipe/repositories.ts'
import { installPackages, previewInstallation } from '../store/install-packages.ts'
import { databasePath, loadInstalled } from '../store/installed-database.ts'
import { lockRoot } from '../store/lock-root.ts'
import type { Recovery } from '../store/recover.ts'
import { claimDirectory } from '../system/claimed-directory.ts'
import type { Invocation } from './command.ts'
import { openProviders } from './providers.ts'
import { otherOwner, runAsOwner } from './root-owner.ts'
import { workDirectoryOf } from './session.ts'
import { showChanges } from './show-changes.ts'

type InstallInvocation = Pick<Invocation, 'config' | 'context' | 'environment' | 'options' | 'show'>

/** Where tarballs come from: those given, else built ones of the version that the first repository has. */
export interface ArtifactSupply {
  readonly given: ReadonlyMap<PackageName, string>
  readonly repositories: readonly string[]
}

/** Installs tarballs and what they need to run, as the owner of the root; exit status 1 where a package's script failed. Throws `not-a-package`. */
export async function installArtifacts(artifacts: readonly string[], invocation: InstallInvocation): Promise<number> {
  const { config, environment, options } = invocation
  const { repositories, root } = config
  const owner = options.has('--dry-run') ? undefined : otherOwner(config, environment)
  if (owner !== undefined) {
    const kept = ['--adopt', '--automatic', '--json', '--no-wait'].filter((option) => options.has(option))
    return await runAsOwner(['install', ...kept, '--', ...artifacts], owner, { config, environment, isNested: true })
  }
  const given = new Map(artifacts.map((artifact) => [artifactPackage(artifact), artifact]))
  const supply = { given, repositories: [...repositories, root + databasePath] }
  return await installNamed([...given.keys()], supply, invocation)
}

/** Throws `not-a-package`. */
export function artifactPackage(artifact: string): PackageName {
  const name = parseArtifactName(basename(artifact))?.name
  if (name !== undefined) return name
  throw new KithError('not-a-package', { artifact, reason: 'its name is not NAME@VERSION-RELEASE.tar.SUFFIX' })
}

/** Installs packages, with what they need to run, under the lock; exit status 1 where a package's script failed. */
export async function installNamed(
  names: readonly PackageName[],
  { given, repositories }: ArtifactSupply,
  invocation: InstallInvocation,
): Promise<number> {
  const { config, context, environment, options } = invocation
  const { root, isForced, refusesConflicts } = config
  const artifactOf = (name: PackageName): string | undefined =>
    given.get(name) ?? builtArtifact(name, repositories, config)
  const standIns = openProviders({ config, installed: loadInstalled(root), repositories, targets: names })
  const request = { names, artifactOf, providerOf: standIns.resolve }
  const explicit = new Set(options.has('--automatic') ? [] : names)
  const settings = { root, isForced, refusesConflicts, environment, explicit, adopts: options.has('--adopt') }
  if (options.has('--dry-run')) {
    using work = claimDirectory(workDirectoryOf(config))
    const directory = join(work.path, 'preview')
    showChanges(await previewInstallation(request, { ...settings, directory }, context), invocation)
    return 0
  }
  return await withLock(invocation, async () => {
    if (options.has('--keep-going')) {
      const { installEach } = await import('./install-each.ts')
      const installOne = (name: PackageName, own: Context): Promise<boolean> =>
        installPackages({ ...request, names: [name] }, settings, own)
      return await installEach(names, installOne, context)
    }
    return (await installPackages(request, settings, context)) ? 0 : 1
  })
}

function builtArtifact(name: PackageName, repositories: readonly string[], config: Config): string | undefined {
  const directory = findRecipe(name, repositories)
  const version = directory === undefined ? undefined : readRecipeVersion(directory, name)
  return version && findArtifact(config.cacheDirectory, name, version, config.compression)
}

/** Runs `body` while no other kith changes the root; waits for the other, with a notice, unless told `--no-wait`. */
export async function withLock<Result>(
  { config, context, options }: Pick<Invocation, 'config' | 'context' | 'options'>,
  body: (recovery: Recovery) => Promise<Result>,
): Promise<Result> {
  const request = {
    root: config.root,
    cacheLock: join(config.cacheDirectory, 'lock'),
    waits: !options.has('--no-wait'),
  }
  return await lockRoot(request, context, body)
}
