import { join } from 'node:path'
import type { BuildSettings } from '../build/build-settings.ts'
import { layersDirectoryOf } from '../build/layers-directory.ts'
import { runUnpacking } from '../build/run-jobs.ts'
import { makeWorkDirectory, removeWorkDirectory } from '../build/work-directory.ts'
import type { Context } from '../events/context.ts'
import type { Recipe } from '../model/recipe.ts'
import type { SourceTree } from '../plan/guess-build.ts'
import { requireSandbox } from '../sandbox/host.ts'
import { ensureHostEtc } from '../sandbox/host-etc.ts'
import { linkInfo, readDirectory, readHead } from '../system/files.ts'

const mostBytes = 1 << 20

/**
 * Unpacks the sources of a recipe as a build would, in a sandbox of their own, and gives the top of the tree with the texts of
 * `files`; nothing of it stays. Links are not followed: what is unpacked may be hostile.
 */
export async function inspectSources(
  recipe: Recipe,
  files: readonly string[],
  settings: BuildSettings,
  context: Context,
): Promise<SourceTree> {
  const host = await requireSandbox(settings.sysroot)
  const work = makeWorkDirectory(settings.workDirectory, recipe.name)
  try {
    const hostEtc = await ensureHostEtc(layersDirectoryOf(settings.cacheDirectory))
    await runUnpacking(recipe, settings, { work, host, limits: settings.limits, hostEtc }, context)
    const names = new Set(readDirectory(work.build))
    const texts = new Map<string, string>()
    for (const file of files) {
      const path = join(work.build, file)
      if (linkInfo(path)?.kind === 'file') texts.set(file, Buffer.from(readHead(path, mostBytes)).toString())
    }
    return { names, textOf: (name) => texts.get(name) }
  } finally {
    removeWorkDirectory(work)
  }
}
