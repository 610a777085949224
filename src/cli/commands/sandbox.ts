import { basename, join } from 'node:path'
import { copyRecipe } from '../../build/copy-recipe.ts'
import { layersDirectoryOf } from '../../build/layers-directory.ts'
import { chooseEpoch } from '../../build/script-environment.ts'
import { chooseTokens, describeJobs } from '../../build/script-jobs.ts'
import { planScriptSandbox } from '../../build/script-sandbox.ts'
import { makeWorkDirectory, type WorkDirectory } from '../../build/work-directory.ts'
import { renderSandbox } from '../../report/terminal/sandbox-lines.ts'
import { terminalStyle } from '../../report/terminal/style.ts'
import { describeSandbox } from '../../sandbox/describe.ts'
import { ensureHostEtc } from '../../sandbox/host-etc.ts'
import type { Command } from '../command.ts'
import { prepareSandbox } from '../prepare-sandbox.ts'

/** Tells what the build script of one recipe may see, change and reach: the very plan that a build would carry out. */
export const sandbox: Command = async (invocation) => {
  const { environment, context, show } = invocation
  const { recipe, sysroot, host, settings, missing } = await prepareSandbox(invocation)
  const { name, version } = recipe
  const work = makeWorkDirectory(settings.workDirectory, name)
  copyRecipe(recipe.directory, work.recipe)
  const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
  const hostEtc = await ensureHostEtc(layersDirectory, { hasNetwork: settings.hasNetwork(name) })
  const epoch = chooseEpoch(settings.environment.SOURCE_DATE_EPOCH, undefined)
  const jobs = describeJobs({ sysroot, work, share: chooseTokens(settings) }, settings)
  const request = planScriptSandbox({ recipe, sysroot, epoch, jobs }, settings, { work, host, hostEtc })
  const description = describeSandbox(request, host, settings.limits)
  const style = terminalStyle(environment, process.stdout.isTTY)
  const label = labels(work, { layersDirectory, hostEtc })
  const columns = process.stdout.columns ?? 80
  const text = renderSandbox(`${name} ${version.version}`, description, label, { style, columns })
  show(text, { kind: 'sandbox', package: name, missing, ...description })
  if (missing.length > 0) {
    const notice = `not built yet, so not in it: ${missing.join(' ')}; what those need to run is not known either`
    context.emit({ kind: 'notice', level: 'warning', package: name, text: notice })
  }
  return 0
}

/** What the host's directories are to whoever reads. */
function labels(
  work: WorkDirectory,
  { layersDirectory, hostEtc }: { readonly layersDirectory: string; readonly hostEtc: string },
): (path: string) => string {
  return (path) => {
    if (path === work.build) return 'its sources, unpacked; where it starts'
    if (path === work.destdir) return 'what it installs'
    if (path === work.recipe) return 'the recipe'
    if (path === join(work.sandbox, 'jobserver')) return 'tokens: a pipe, to take from and to put back'
    if (path.startsWith(`${hostEtc}/`)) return 'some files of the host'
    if (!path.startsWith(`${layersDirectory}/`)) return `${path} of the host`
    const [layer = ''] = path.slice(layersDirectory.length + 1).split('/')
    return basename(layer).replace(/-[0-9a-f]{16,}$/, '')
  }
}
