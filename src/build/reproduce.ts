import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import { sourcePath } from '../fetch/source-path.ts'
import type { ArtifactComparison } from '../model/artifact-difference.ts'
import { parseMakeFlags } from '../model/make-flags.ts'
import type { Recipe } from '../model/recipe.ts'
import type { Reproduction } from '../model/reproduction.ts'
import type { SandboxHost } from '../sandbox/host.ts'
import { ensureHostEtc } from '../sandbox/host-etc.ts'
import { claimDirectory, releaseClaimed } from '../system/claimed-directory.ts'
import { digestFile } from '../system/digests.ts'
import { compareDirectoryOrders, type DirectoryOrders } from '../system/directory-order.ts'
import { fileInfo, removeTree } from '../system/files.ts'
import { findOtherLocale } from '../system/locales.ts'
import { allowedProcessors } from '../system/machine-state.ts'
import { clearMemoryDisk, findMemoryDisk } from '../system/memory-disk.ts'
import { overrideSettings } from './apply-override.ts'
import { type BuildRequest, buildIn } from './build-recipe.ts'
import type { BuildSettings } from './build-settings.ts'
import { openStages } from './build-stages.ts'
import { openJobserver } from './jobserver.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { planSurroundings, type Surroundings, type SurroundingsPlan } from './plan-surroundings.ts'
import { runWorker, workerSearchPath } from './run-worker.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import { chooseTokens } from './script-jobs.ts'
import type { SysrootPackages } from './sysroot-packages.ts'
import { makeWorkDirectory, type WorkDirectory } from './work-directory.ts'

export interface ReproduceRequest {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  readonly host: SandboxHost
  readonly describe: BuildRequest['describe']
  /** A tarball in the cache: made of the same, by its key, or else of this version alone. */
  readonly cached: { readonly file: string; readonly hasSameKey: boolean } | undefined
}

interface Attempt {
  readonly work: WorkDirectory
  readonly artifact: string
  readonly file: string
  readonly sha256: string
  readonly durationMs: number
}

/**
 * Builds a recipe, whose sources are verified, twice in surroundings as different as this machine can make them, and compares the
 * tarballs. Nothing is put into the cache. The work directory of this process is claimed by the caller. Throws what a build throws.
 */
export async function reproduceRecipe(
  request: ReproduceRequest,
  common: BuildSettings,
  context: Context,
): Promise<Reproduction> {
  const { recipe, cached } = request
  const settings = { ...overrideSettings(recipe.override, common), keepsWork: true }
  const plan = surroundingsOf(request, settings)
  if (plan.second.isClaimed) claimDirectory(plan.second.directory)
  const build = async (which: 'first' | 'second'): Promise<Attempt> =>
    await buildOnce({ request, surroundings: plan[which], which }, settings, context)
  try {
    const first = await build('first')
    // Timestamps have whole seconds.
    await Bun.sleep(1100)
    const second = await build('second')
    const orders = addOrders(
      compareDirectoryOrders(first.work.build, second.work.build),
      compareDirectoryOrders(first.work.destdir, second.work.destdir),
    )
    const digest = cached && (await digestFile(cached.file, ['sha256'])).sha256
    const found = judge({ first, second, cached: cached && { ...cached, sha256: digest ?? '' } })
    return {
      package: recipe.name,
      artifact: first.artifact,
      isIdentical: found.differing === undefined,
      sha256: [first.sha256, second.sha256],
      durationsMs: [first.durationMs, second.durationMs],
      ...withDirectoryOrder(plan, orders),
      ...(found.differing && { comparison: await compare(found.differing, first, request, { settings, context }) }),
      ...(found.differing && { compared: found.compared }),
      cached: found.cached,
    }
  } finally {
    releaseClaimed(plan.second.directory, common.keepsWork ? 'keep' : 'remove')
    if (!common.keepsWork) for (const { directory } of [plan.first, plan.second]) removeTree(directory)
  }
}

function surroundingsOf({ recipe }: ReproduceRequest, settings: BuildSettings): SurroundingsPlan {
  clearMemoryDisk()
  const { environment, workDirectory } = settings
  return planSurroundings({
    processors: allowedProcessors(),
    jobs: chooseTokens(settings),
    hasOwnJobs: parseMakeFlags(environment.MAKEFLAGS ?? '').jobs === 'unlimited',
    locale: findOtherLocale(),
    work: workDirectory,
    processName: `${process.getuid?.() ?? 0}-${process.pid}`,
    memoryDisk: findMemoryDisk(memoryNeededFor(recipe, settings)),
  })
}

/** A guess: sources unpacked, built, installed and packed take some twenty times what they are as archives. */
function memoryNeededFor({ name, sources }: Recipe, { fetch }: BuildSettings): number {
  const sizes = sources.map((source) => fileInfo(sourcePath(fetch.cacheDirectory, name, source))?.sizeBytes ?? 0)
  return Math.max(512 * 2 ** 20, 40 * sizes.reduce((sum, size) => sum + size, 0))
}

async function buildOnce(
  {
    request: { recipe, sysroot, host, describe },
    surroundings: { variation, directory, jobs, umask },
    which,
  }: { readonly request: ReproduceRequest; readonly surroundings: Surroundings; readonly which: 'first' | 'second' },
  settings: BuildSettings,
  context: Context,
): Promise<Attempt> {
  const { name } = recipe
  const { emit } = context
  const text = `building it for the ${which} of two times`
  emit({ kind: 'notice', level: 'info', package: name, text })
  const started = performance.now()
  const before = process.umask(umask)
  using jobserver = openJobserver(jobs)
  using tokens = jobserver.open(name, 0)
  if (tokens === undefined) throw new Error('a new jobserver has no token')
  try {
    const work = makeWorkDirectory(directory, name)
    const build = { recipe, sysroot, host, tokens, describe, share: jobs, variation }
    const stages = openStages(name, context)
    const { artifact } = await buildIn({ work, stages }, build, { ...settings, now: new Date() }, context)
    const file = join(work.output, artifact)
    const { sha256 } = await digestFile(file, ['sha256'])
    return { work, artifact, file, sha256, durationMs: performance.now() - started }
  } finally {
    process.umask(before)
  }
}

function addOrders(one: DirectoryOrders, other: DirectoryOrders): DirectoryOrders {
  return { compared: one.compared + other.compared, different: one.different + other.different }
}

/** What was measured, not what was hoped for. */
function withDirectoryOrder(
  { varied, notVaried }: SurroundingsPlan,
  { compared, different }: DirectoryOrders,
): Pick<Reproduction, 'varied' | 'notVaried'> {
  const what = 'order of directories'
  if (different > 0) {
    const second = `another in ${different} of ${compared} directories that both builds have`
    return { varied: [...varied, { what, first: 'as the kernel lists them', second }], notVaried }
  }
  const why = compared === 0 ? 'no directory has two files' : 'both file systems list names in the same order'
  return { varied, notVaried: [{ what, why }, ...notVaried] }
}

async function compare(
  [one, other]: readonly [string, string],
  { artifact, work }: Attempt,
  { recipe, host }: ReproduceRequest,
  { settings, context }: { readonly settings: BuildSettings; readonly context: Context },
): Promise<ArtifactComparison> {
  const { limits, cacheDirectory } = settings
  const places = { first: sandboxPaths.compared('first', artifact), second: sandboxPaths.compared('second', artifact) }
  const { kind: _, ...comparison } = await runWorker(
    { kind: 'compare', package: recipe.name, ...places, searchPath: workerSearchPath },
    'compared',
    {
      work,
      host,
      limits,
      hostEtc: await ensureHostEtc(layersDirectoryOf(cacheDirectory), { hasNetwork: false }),
      mounts: [
        { kind: 'bind', target: places.first, source: one, isWritable: false },
        { kind: 'bind', target: places.second, source: other, isWritable: false },
      ],
      writable: [],
    },
    context,
  )
  return comparison
}

interface Judged {
  readonly cached: Reproduction['cached']
  readonly compared: 'the two' | 'with the cache'
  /** Tarballs that should be the same and are not. */
  readonly differing: readonly [string, string] | undefined
}

/** A tarball of the cache that was made of the same inputs has to be the same, too. */
function judge({
  first,
  second,
  cached,
}: {
  readonly first: Attempt
  readonly second: Attempt
  readonly cached: { readonly file: string; readonly hasSameKey: boolean; readonly sha256: string } | undefined
}): Judged {
  const isSame = cached?.sha256 === first.sha256
  const told = cached === undefined ? 'none' : isSame ? 'same' : cached.hasSameKey ? 'different' : 'other-inputs'
  if (first.sha256 !== second.sha256) return { cached: told, compared: 'the two', differing: [first.file, second.file] }
  const differing = cached?.hasSameKey && !isSame ? ([cached.file, first.file] as const) : undefined
  return { cached: told, compared: 'with the cache', differing }
}
