import { join } from 'node:path'
import { isKithError, KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { printArtifactName } from '../model/artifact-name.ts'
import type { BuildRecord } from '../model/build-record.ts'
import { parseDigest } from '../model/digest.ts'
import { type PackageOffers, parseOffers } from '../model/offers.ts'
import { parsePackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { versionLabel } from '../model/version.ts'
import type { SandboxHost } from '../sandbox/host.ts'
import { ensureHostEtc } from '../sandbox/host-etc.ts'
import { isFile, makeDirectory, setMode } from '../system/files.ts'
import { overrideCopiedRecipe, overrideSettings } from './apply-override.ts'
import { artifactDirectory, storeArtifact } from './artifact-cache.ts'
import type { KeyedBuild } from './build-keys.ts'
import type { BuildSettings } from './build-settings.ts'
import { type BuildStages, openStages } from './build-stages.ts'
import { copyRecipe } from './copy-recipe.ts'
import type { BuildTokens } from './jobserver.ts'
import { forgetRecord, keepArtifact } from './kept-artifacts.ts'
import { dropKeptBuild, keepFailedBuild } from './kept-build.ts'
import { keepRecipe } from './kept-recipe.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { runPackaging, runUnpacking } from './run-jobs.ts'
import { runScript } from './run-script.ts'
import { chooseEpoch } from './script-environment.ts'
import { connectJobs } from './script-jobs.ts'
import type { ScriptVariation } from './script-sandbox.ts'
import type { SysrootPackages } from './sysroot-packages.ts'
import { makeWorkDirectory, removeWorkDirectory, type WorkDirectory } from './work-directory.ts'
import type { PackageResult } from './worker-job.ts'

export interface BuildRequest {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  readonly host: SandboxHost
  readonly index: number
  readonly total: number
  readonly reason: 'explicit' | 'implicit' | 'rebuild'
  readonly tokens: BuildTokens
  /** What a build of the recipe in `directory` is made of now. */
  readonly describe: (directory: string) => Promise<KeyedBuild>
  /** Programs that it may run where its tools take no tokens. */
  readonly share: number
  readonly variation?: ScriptVariation | undefined
}

/**
 * Builds one recipe whose sources are verified and at hand, and gives its tarball in the cache: unpacks, runs the build
 * script, strips, detects dependencies and packs, each in a sandbox of its own. Throws `build-failed` and
 * `build-limit-reached`, and keeps the log and the build's files then (kept-build.ts); or what else went wrong, and keeps nothing.
 */
export async function buildRecipe(request: BuildRequest, common: BuildSettings, context: Context): Promise<string> {
  const { recipe, index, total, reason } = request
  const settings = overrideSettings(recipe.override, common)
  const { name } = recipe
  const { emit, hooks } = context
  const started = performance.now()
  emit({ kind: 'build-started', package: name, version: versionLabel(recipe.version), index, total, reason })
  const work = makeWorkDirectory(settings.workDirectory, name)
  try {
    const stages = openStages(name, context)
    const { artifact, packaged, keyed } = await buildIn({ work, stages }, request, settings, context)
    const file = join(artifactDirectory(settings.cacheDirectory), artifact)
    forgetRecord(file)
    const sha256 = await storeArtifact(join(work.output, artifact), file, requireOffers(packaged, name))
    const record = recordOf({ keyed, packaged, sha256, artifact })
    if (record !== undefined) keepArtifact({ artifact: file, record }, keyed.inputs, settings.cacheDirectory)
    keepRecipe(work.recipe, { cacheDirectory: settings.cacheDirectory, name })
    tell(recipe, packaged, context)
    const { files, sizeBytes } = packaged
    const durationMs = performance.now() - started
    emit({ kind: 'build-finished', package: name, artifact, durationMs, phases: stages.end(), files, sizeBytes })
    await hooks.run('post-package', [name, file], join(work.destdir, 'var/db/kiss/installed', name))
    return file
  } finally {
    if (!settings.keepsWork) removeWorkDirectory(work)
  }
}

/**
 * The steps up to a tarball in the output directory of `work`, with the hooks between them; the sources are verified. Throws
 * what buildRecipe throws.
 */
export async function buildIn(
  { work, stages }: { readonly work: WorkDirectory; readonly stages: BuildStages },
  { recipe, sysroot, host, tokens, share, describe, variation }: Omit<BuildRequest, 'index' | 'total' | 'reason'>,
  settings: BuildSettings,
  context: Context,
): Promise<{ artifact: string; packaged: PackageResult; keyed: KeyedBuild }> {
  const { name } = recipe
  const { hooks } = context
  copyRecipe(recipe.directory, work.recipe)
  // Of the copy: the recipe itself may be changed meanwhile.
  const keyed = await describe(work.recipe)
  overrideCopiedRecipe(recipe.override, work.recipe)
  const { limits } = settings
  const surroundings = {
    work,
    host,
    limits,
    hostEtc: await ensureHostEtc(layersDirectoryOf(settings.cacheDirectory), { hasNetwork: settings.hasNetwork(name) }),
  }
  if (isFile(join(recipe.directory, 'sources'))) await hooks.run('pre-extract', [name, work.destdir])
  stages.enter('unpack')
  const { newestMtime } = await runUnpacking(recipe, settings, surroundings, context)
  const epoch = chooseEpoch(settings.environment.SOURCE_DATE_EPOCH, newestMtime)
  makeDatabase(work.destdir)
  await hooks.run('pre-build', [name, work.build], work.build)
  stages.enter('script')
  try {
    const jobs = connectJobs({ sysroot, work, share }, tokens, settings)
    stages.used(await runScript({ recipe, sysroot, epoch, jobs, variation }, settings, surroundings, context))
  } catch (error) {
    if (isKithError(error, 'build-failed') || isKithError(error, 'build-limit-reached')) {
      await hooks.run('build-fail', [name, work.build])
      if (!isDiskFull(error)) keepFiles(work, { recipe, epoch }, settings, context)
    }
    throw error
  }
  dropKeptBuild(settings.cacheDirectory, name)
  await hooks.run('post-build', [name, work.destdir])
  stages.enter('package')
  const artifact = printArtifactName({ name, version: recipe.version, compression: settings.compression })
  const packaged = await runPackaging(recipe, { artifact, epoch, sysroot }, settings, surroundings, context)
  return { artifact, packaged, keyed }
}

/** Undefined where the worker, which handled a hostile tree, told no digest: then the artifact is one without a key. */
function recordOf({
  keyed,
  packaged,
  sha256,
  artifact,
}: {
  readonly keyed: KeyedBuild
  readonly packaged: PackageResult
  readonly sha256: string
  readonly artifact: string
}): BuildRecord | undefined {
  const output = parseDigest(packaged.output)
  return (
    output && { key: keyed.key, artifact: sha256, file: artifact, output, needs: packaged.needs.map(parsePackageName) }
  )
}

/** It is in the artifact: its modes do not follow the umask. */
function makeDatabase(destdir: string): void {
  let path = destdir
  for (const name of ['var', 'db', 'kiss', 'installed']) {
    path = join(path, name)
    makeDirectory(path)
    setMode(path, 0o755)
  }
}

function tell(recipe: Recipe, packaged: PackageResult, { emit }: Pick<Context, 'emit'>): void {
  const { name } = recipe
  for (const inspected of packaged.inspected) emit({ kind: 'elf-inspected', package: name, ...inspected })
  for (const detected of packaged.detected) emit({ kind: 'dependency-detected', package: name, ...detected })
  const { privileged } = packaged
  if (privileged.length > 0)
    emit({ kind: 'privileged-files', package: name, reason: 'built', owner: 'root', files: privileged })
  for (const text of packaged.warnings) emit({ kind: 'notice', level: 'warning', package: name, text })
}

/** The worker has read hostile files: what it tells is nothing else. Throws `sandbox-worker-failed`. */
function requireOffers({ offers }: PackageResult, name: string): PackageOffers {
  const parsed = parseOffers(offers)
  if (parsed !== undefined) return parsed
  throw new KithError('sandbox-worker-failed', { task: `package "${name}"`, reason: 'what it offers cannot be read' })
}

/** A full disk needs its space. */
function isDiskFull(error: unknown): boolean {
  return isKithError(error, 'build-limit-reached') && error.details.limit === 'free'
}

/** For `kith shell`. With KISS_DEBUG everything stays where it is. */
function keepFiles(
  work: WorkDirectory,
  { recipe: { name, version }, epoch }: { readonly recipe: Recipe; readonly epoch: number },
  { keepsWork, cacheDirectory }: BuildSettings,
  { emit }: Pick<Context, 'emit'>,
): void {
  if (keepsWork || keepFailedBuild(work, { name, version: version.version, epoch }, cacheDirectory)) return
  const text = 'its files are not kept: the work directory (KISS_TMPDIR) is on another disk than the cache'
  emit({ kind: 'notice', level: 'warning', package: name, text })
}
