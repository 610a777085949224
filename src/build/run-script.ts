import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { Recipe } from '../model/recipe.ts'
import type { LandlockRule } from '../native/landlock.ts'
import { deviceRules, planDevices } from '../sandbox/devices.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import type { MountOperation, SandboxSpec } from '../sandbox/spec.ts'
import { planSysroot, topmostKind } from '../sandbox/sysroot.ts'
import { linkInfo, readHead } from '../system/files.ts'
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

type Surroundings = Pick<WorkerSurroundings, 'work' | 'hostEtc' | 'kernel'>

/**
 * Runs the recipe's build script with the destination and the version as arguments, in the unpacked sources, and logs what
 * it prints. Throws `build-failed` and keeps the log when it fails.
 */
export async function runScript(
  request: ScriptRequest,
  settings: BuildSettings,
  surroundings: Surroundings,
  context: Context,
): Promise<void> {
  const { name } = request.recipe
  const { work, kernel } = surroundings
  const { mounts, writable } = planScriptMounts(request, settings.homeDirectory, surroundings)
  const landlock = [...deviceRules, ...writable.map((path): LandlockRule => ({ path, access: 'write' }))]
  const command = scriptCommand(request, settings, `${work.recipe}/build`)
  using log = openBuildLog(settings.cacheDirectory, name, settings.now, String(process.pid))
  const output = (text: string): void => {
    log.write(text)
    context.emit({ kind: 'build-output', package: name, text })
  }
  const { status, signal } = await runSandbox(
    { hostName: 'kith', mounts, landlock, landlockAbi: kernel.landlockAbi, command },
    { workDirectory: work.sandbox, output },
    context,
  )
  if (status !== 0) {
    context.emit({ kind: 'build-failed', package: name, log: log.path })
    const told = signal === undefined ? `status ${status}` : `signal ${signal}`
    throw new KithError('build-failed', { package: name, status: told, log: log.path })
  }
  if (!settings.keepsLogs) log.remove()
}

/** The root that a script sees, and which parts of it the script may write. */
function planScriptMounts(
  { recipe: { name }, sysroot }: ScriptRequest,
  homeDirectory: string,
  { work, hostEtc }: Pick<Surroundings, 'work' | 'hostEtc'>,
): { mounts: MountOperation[]; writable: string[] } {
  const layers = [...sysroot.layers, hostEtc]
  const build = sandboxPaths.build(name)
  const destdir = sandboxPaths.destdir(name)
  const home = planHome(homeDirectory)
  const hasVarTmp = topmostKind(layers, 'var/tmp') === 'directory'
  const mounts: MountOperation[] = [
    ...planSysroot({ layers, hasHostTools: sysroot.hasHostTools, own: home === undefined ? [] : [home.top] }),
    ...planDevices(),
    ...(hasVarTmp ? [{ kind: 'tmpfs', target: '/var/tmp', mode: 0o1777 } as const] : []),
    ...(home?.mounts ?? []),
    { kind: 'bind', target: build, source: work.build, isWritable: true },
    { kind: 'bind', target: destdir, source: work.destdir, isWritable: true },
    { kind: 'bind', target: sandboxPaths.recipe(name), source: work.recipe, isWritable: false },
    { kind: 'seal-root' },
  ]
  const writable = [build, destdir]
  if (hasVarTmp) writable.push('/var/tmp')
  if (home !== undefined) writable.push(homeDirectory)
  return { mounts, writable }
}

function scriptCommand(
  { recipe, epoch }: ScriptRequest,
  settings: BuildSettings,
  file: string,
): SandboxSpec['command'] {
  const { name, format, version } = recipe
  const destdir = sandboxPaths.destdir(name)
  const inherited = format === 'puke' ? { ...settings.environment, pkg_dir: destdir } : settings.environment
  return {
    argv: [...interpreter(file), `${sandboxPaths.recipe(name)}/build`, destdir, version.version],
    cwd: sandboxPaths.build(name),
    environment: scriptEnvironment(name, inherited, epoch),
  }
}

/** What a script without `#!` is run with: what KISS recipes begin with. Nothing for scripts with it and for programs. */
function interpreter(file: string): string[] {
  const start = Buffer.from(readHead(file, 4)).toString('latin1')
  return start.startsWith('#!') || start === '\x7fELF' ? [] : ['/bin/sh', '-e']
}

/** An empty home where the user's would be, so that tools which write there find something; it is gone afterwards. */
function planHome(home: string): { readonly top: string; readonly mounts: readonly MountOperation[] } | undefined {
  const [, top = ''] = home.split('/')
  const isUsable = /^\/[^/]/.test(home) && !/(^|\/)\.\.?(\/|$)/.test(home)
  const isTaken = ['bin', 'dev', 'etc', 'kith', 'lib', 'proc', 'run', 'sbin', 'sys', 'tmp', 'usr', 'var'].includes(top)
  if (!isUsable || isTaken || linkInfo(home) === undefined) return undefined
  return {
    top,
    mounts: [
      { kind: 'tmpfs', target: `/${top}`, mode: 0o755 },
      { kind: 'directory', target: home, mode: 0o700 },
    ],
  }
}
