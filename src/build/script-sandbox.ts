import { join } from 'node:path'
import type { Recipe } from '../model/recipe.ts'
import type { LandlockRule } from '../native/landlock.ts'
import { deviceRules, planDevices } from '../sandbox/devices.ts'
import type { SandboxRequest } from '../sandbox/run-sandbox.ts'
import { planSandboxFiles } from '../sandbox/sandbox-files.ts'
import type { MountOperation, SandboxSpec } from '../sandbox/spec.ts'
import { planSysroot, topmostKind } from '../sandbox/sysroot.ts'
import { readHead } from '../system/files.ts'
import type { BuildSettings } from './build-settings.ts'
import type { WorkerSurroundings } from './run-worker.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import { scriptEnvironment } from './script-environment.ts'
import type { ScriptJobs } from './script-jobs.ts'
import type { SysrootPackages } from './sysroot-packages.ts'

/** What a build script finds around it, where that is not what every build finds: for builds that are compared. */
export interface ScriptVariation {
  readonly hostName: string
  readonly environment: Readonly<Record<string, string>>
  readonly processors?: readonly number[] | undefined
}

export interface ScriptRequest {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  readonly epoch: number
  readonly jobs: ScriptJobs
  readonly variation?: ScriptVariation | undefined
}

export type ScriptSurroundings = Pick<WorkerSurroundings, 'work' | 'hostEtc' | 'host'>

/** The sandbox that a recipe's build script runs in, with the script as its command. */
export function planScriptSandbox(
  request: ScriptRequest,
  settings: BuildSettings,
  surroundings: ScriptSurroundings,
): SandboxRequest {
  const { mounts, landlock } = planMounts(request, settings, surroundings)
  const hasNetwork = settings.hasNetwork(request.recipe.name)
  const { hostName = 'kith', processors } = request.variation ?? {}
  return {
    hostName,
    ...(processors && { processors }),
    mounts,
    landlock: [...deviceRules, ...landlock],
    network: hasNetwork ? 'host' : 'loopback',
    command: planCommand(request, settings, `${surroundings.work.recipe}/build`),
  }
}

/** The root that a script sees, and which parts of it the script may write. */
function planMounts(
  { recipe: { name }, sysroot, jobs }: ScriptRequest,
  { sandboxFiles }: BuildSettings,
  { work, hostEtc }: ScriptSurroundings,
): { mounts: MountOperation[]; landlock: LandlockRule[] } {
  const layers = [...sysroot.layers, hostEtc]
  const { hasHostTools } = sysroot
  const files = planSandboxFiles(sandboxFiles, { layers, hasHostTools }, join(work.sandbox, 'points'))
  const build = sandboxPaths.build(name)
  const destdir = sandboxPaths.destdir(name)
  const hasVarTmp = topmostKind(layers, 'var/tmp') === 'directory'
  const mounts: MountOperation[] = [
    ...planSysroot({ layers: [...files.layers, ...layers], hasHostTools }),
    ...planDevices(),
    ...(hasVarTmp ? [{ kind: 'tmpfs', target: '/var/tmp', mode: 0o1777, size: '10%' } as const] : []),
    { kind: 'tmpfs', target: sandboxPaths.home, mode: 0o700, size: '20%' },
    ...files.mounts,
    { kind: 'bind', target: build, source: work.build, isWritable: true },
    { kind: 'bind', target: destdir, source: work.destdir, isWritable: true },
    { kind: 'bind', target: sandboxPaths.recipe(name), source: work.recipe, isWritable: false },
    // Programs write to a named pipe all the same, but its mode and times are kith's.
    ...(jobs.pipe === undefined ? [] : [bindReadOnly(sandboxPaths.jobserver, jobs.pipe)]),
    { kind: 'seal-root' },
  ]
  const writable = [build, destdir, sandboxPaths.home, ...(hasVarTmp ? ['/var/tmp'] : [])]
  const landlock = writable.map((path): LandlockRule => ({ path, access: 'write' }))
  if (jobs.pipe !== undefined) landlock.push({ path: sandboxPaths.jobserver, access: 'write-file' })
  return { mounts, landlock: [...landlock, ...files.landlock] }
}

function bindReadOnly(target: string, source: string): MountOperation {
  return { kind: 'bind', target, source, isWritable: false }
}

function planCommand(
  { recipe, epoch, jobs, variation }: ScriptRequest,
  settings: BuildSettings,
  file: string,
): SandboxSpec['command'] {
  const { name, format, version } = recipe
  const destdir = sandboxPaths.destdir(name)
  const inherited = scriptEnvironment(name, settings.environment, {
    passed: settings.passedVariables,
    hasNetwork: settings.hasNetwork(name),
    sourceDateEpoch: epoch,
  })
  const environment = { ...inherited, ...jobs.environment, ...variation?.environment }
  return {
    argv: [...interpreter(file), `${sandboxPaths.recipe(name)}/build`, destdir, version.version],
    cwd: sandboxPaths.build(name),
    environment: format === 'puke' ? { ...environment, pkg_dir: destdir } : environment,
    ...(jobs.descriptors && { opened: { path: sandboxPaths.jobserver, descriptors: jobs.descriptors } }),
  }
}

/** What a script without `#!` is run with: what KISS recipes begin with. Nothing for scripts with it and for programs. */
function interpreter(file: string): string[] {
  const start = Buffer.from(readHead(file, 4)).toString('latin1')
  return start.startsWith('#!') || start === '\x7fELF' ? [] : ['/bin/sh', '-e']
}
