import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { openSysroot } from '../sandbox/open-sysroot.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import { openBuildLog } from './build-log.ts'
import type { BuildSettings } from './build-settings.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { planScriptSandbox, type ScriptRequest, type ScriptSurroundings } from './script-sandbox.ts'

/**
 * Runs the recipe's build script with the destination and the version as arguments, in the unpacked sources, and logs what
 * it prints; gives the processor time that it took. Throws `build-failed` and `build-limit-reached`, and keeps the log then.
 */
export async function runScript(
  request: ScriptRequest,
  settings: BuildSettings,
  surroundings: ScriptSurroundings,
  context: Context,
): Promise<{ readonly cpuMs: number }> {
  const { name } = request.recipe
  using log = openBuildLog(settings.cacheDirectory, name, settings.now, String(process.pid))
  const decoder = new TextDecoder()
  const tell = (text: string): void => {
    if (text !== '') context.emit({ kind: 'build-output', package: name, text })
  }
  const output = (bytes: Uint8Array): void => {
    log.write(bytes)
    tell(decoder.decode(bytes, { stream: true }))
  }
  const planned = planScriptSandbox(request, settings, surroundings)
  using sysroot = openSysroot(planned.mounts, {
    strategy: surroundings.host.sysroot,
    layersDirectory: layersDirectoryOf(settings.cacheDirectory),
  })
  const { status, signal, exceeded, cpuMs } = await runSandbox(
    { ...planned, mounts: sysroot.mounts },
    {
      workDirectory: surroundings.work.sandbox,
      logDirectory: settings.cacheDirectory,
      host: surroundings.host,
      limits: settings.limits,
      output,
    },
    context,
  )
  tell(decoder.decode())
  if (status === 0) {
    if (!settings.keepsLogs) log.remove()
    return { cpuMs }
  }
  context.emit({ kind: 'build-failed', package: name, log: log.path })
  if (exceeded !== undefined)
    throw new KithError('build-limit-reached', { package: name, limit: exceeded, log: log.path })
  const told = signal === undefined ? `status ${status}` : `signal ${signal}`
  throw new KithError('build-failed', { package: name, status: told, log: log.path })
}
