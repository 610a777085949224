import type { Context } from '../events/context.ts'
import type { Recipe } from '../model/recipe.ts'
import type { SandboxHost } from '../sandbox/host.ts'
import { ensureHostEtc } from '../sandbox/host-etc.ts'
import { openSysroot } from '../sandbox/open-sysroot.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import type { OutputSink } from '../system/streaming.ts'
import type { BuildSettings } from './build-settings.ts'
import { copyRecipe } from './copy-recipe.ts'
import { findKeptBuild } from './kept-build.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { runUnpacking } from './run-jobs.ts'
import { chooseEpoch } from './script-environment.ts'
import { plainJobs } from './script-jobs.ts'
import { planScriptSandbox } from './script-sandbox.ts'
import type { SysrootPackages } from './sysroot-packages.ts'
import { makeWorkDirectory, removeWorkDirectory } from './work-directory.ts'

export interface ShellRequest {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  readonly host: SandboxHost
}

/**
 * A shell where the recipe's build script would run: same mounts, same environment, same directory. It finds what the last
 * build of this version left when it failed, or the sources newly unpacked (they must be verified). Gives the shell's status.
 */
export async function openShell(
  { recipe, sysroot, host }: ShellRequest,
  settings: BuildSettings,
  output: OutputSink,
  context: Context,
): Promise<number> {
  const { name, version } = recipe
  const kept = findKeptBuild(settings.cacheDirectory, name)
  const isUsable = kept?.version === version.version
  const fresh = makeWorkDirectory(settings.workDirectory, name)
  try {
    const work = isUsable ? { ...fresh, ...kept.places } : fresh
    const hasNetwork = settings.hasNetwork(name)
    const hostEtc = await ensureHostEtc(layersDirectoryOf(settings.cacheDirectory), { hasNetwork })
    const limits = { ...settings.limits, time: undefined, silence: undefined }
    const surroundings = { work, host, limits, hostEtc }
    copyRecipe(recipe.directory, work.recipe)
    const epoch = isUsable
      ? kept.epoch
      : chooseEpoch(
          settings.environment.SOURCE_DATE_EPOCH,
          (await runUnpacking(recipe, settings, surroundings, context)).newestMtime,
        )
    const request = planScriptSandbox({ recipe, sysroot, epoch, jobs: plainJobs(settings) }, settings, surroundings)
    tell(name, { isUsable, script: request.command.argv }, context)
    const environment = {
      ...request.command.environment,
      PS1: `(${name}) $PWD $ `,
      TERM: settings.environment.TERM ?? 'dumb',
    }
    using opened = openSysroot(request.mounts, {
      strategy: host.sysroot,
      layersDirectory: layersDirectoryOf(settings.cacheDirectory),
    })
    const { status } = await runSandbox(
      { ...request, mounts: opened.mounts, command: { ...request.command, argv: ['/bin/sh'], environment } },
      { workDirectory: work.sandbox, host, limits, output, hasInput: true },
      context,
    )
    return status
  } finally {
    removeWorkDirectory(fresh)
  }
}

function tell(
  name: string,
  { isUsable, script }: { readonly isUsable: boolean; readonly script: readonly string[] },
  { emit }: Pick<Context, 'emit'>,
): void {
  const state = isUsable ? 'as its last build left it when it failed; changes stay' : 'with its sources newly unpacked'
  const notices = [`a shell in its sandbox, ${state}`, `to run its build script: ${script.join(' ')}`]
  for (const text of notices) emit({ kind: 'notice', level: 'info', package: name, text })
}
