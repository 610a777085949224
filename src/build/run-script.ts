import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { Recipe } from '../model/recipe.ts'
import type { LandlockRule } from '../native/landlock.ts'
import { deviceRules, planDevices } from '../sandbox/devices.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import type { MountOperation } from '../sandbox/spec.ts'
import { planSysroot } from '../sandbox/sysroot.ts'
import { linkInfo, readLatin1 } from '../system/files.ts'
import { openBuildLog } from './build-log.ts'
import type { BuildSettings } from './build-settings.ts'
import type { WorkerSurroundings } from './run-worker.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import { scriptEnvironment } from './script-environment.ts'
import type { SysrootPackages } from './sysroot-packages.ts'

export interface ScriptRequest {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  readonly epoch: number
}

/**
 * Runs the recipe's build script with the destination and the version as arguments, in the unpacked sources, and logs what
 * it prints. Throws `build-failed` and keeps the log when it fails.
 */
export async function runScript(
  { recipe, sysroot, epoch }: ScriptRequest,
  settings: BuildSettings,
  { work, hostEtc }: Pick<WorkerSurroundings, 'work' | 'hostEtc'>,
  context: Context,
): Promise<void> {
  const { name } = recipe
  const build = sandboxPaths.build(name)
  const destdir = sandboxPaths.destdir(name)
  const home = homeMount(settings.homeDirectory)
  const mounts: MountOperation[] = [
    ...planSysroot({ layers: [...sysroot.layers, hostEtc], hasHostTools: sysroot.hasHostTools }),
    ...planDevices(),
    { kind: 'tmpfs', target: '/var/tmp', mode: 0o1777 },
    ...home,
    { kind: 'bind', target: build, source: work.build, isWritable: true },
    { kind: 'bind', target: destdir, source: work.destdir, isWritable: true },
    { kind: 'bind', target: sandboxPaths.recipe(name), source: work.recipe, isWritable: false },
    { kind: 'seal-root' },
  ]
  const writable = [build, destdir, '/var/tmp', ...home.map(({ target }) => target)]
  const landlock = [...deviceRules, ...writable.map((path): LandlockRule => ({ path, access: 'write' }))]
  const inherited = recipe.format === 'puke' ? { ...settings.environment, pkg_dir: destdir } : settings.environment
  using log = openBuildLog(settings.cacheDirectory, name, settings.now, String(process.pid))
  const command = {
    argv: [
      ...interpreter(`${work.recipe}/build`),
      `${sandboxPaths.recipe(name)}/build`,
      destdir,
      recipe.version.version,
    ],
    cwd: build,
    environment: scriptEnvironment(name, inherited, epoch),
  }
  const output = (text: string): void => {
    log.write(text)
    context.emit({ kind: 'build-output', package: name, text })
  }
  const { status, signal, landlockAbi } = await runSandbox(
    { hostName: 'kith', mounts, landlock, command },
    { workDirectory: work.output, output },
    context,
  )
  warnAboutLandlock(landlockAbi, context)
  if (status !== 0) {
    context.emit({ kind: 'build-failed', package: name, log: log.path })
    const told = signal === undefined ? `status ${status}` : `signal ${signal}`
    throw new KithError('build-failed', { package: name, status: told, log: log.path })
  }
  if (!settings.keepsLogs) log.remove()
}

/** What a script without `#!` is run with, as a shell would do it; nothing for scripts with it and for programs. */
function interpreter(script: string): string[] {
  const start = readLatin1(script).slice(0, 4)
  return start.startsWith('#!') || start === '\x7fELF' ? [] : ['/bin/sh', '-e']
}

/** An empty home where the user's would be, so that tools which write there find something; it is gone afterwards. */
function homeMount(home: string): { kind: 'tmpfs'; target: string; mode: number }[] {
  const [, top = ''] = home.split('/')
  const isUsable = /^\/[^/]/.test(home) && !/(^|\/)\.\.?(\/|$)/.test(home)
  const isTaken = ['bin', 'dev', 'etc', 'kith', 'lib', 'proc', 'sbin', 'sys', 'tmp', 'usr', 'var'].includes(top)
  return isUsable && !isTaken && linkInfo(home) !== undefined ? [{ kind: 'tmpfs', target: home, mode: 0o700 }] : []
}

function warnAboutLandlock(abi: number, { emit }: Pick<Context, 'emit'>): void {
  if (abi === 0)
    emit({
      kind: 'notice',
      level: 'warning',
      text: 'this kernel has no Landlock: builds are confined by namespaces and mounts alone',
    })
}
