import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import { defaultLimits } from '../model/build-limits.ts'
import type { SysrootSetting } from '../model/sysroot-setting.ts'
import { makeDirectory } from '../system/files.ts'
import { requireProgram } from '../system/process.ts'
import { deviceRules, planDevices } from './devices.ts'
import { requireSandbox } from './host.ts'
import { openSysroot } from './open-sysroot.ts'
import { runSandbox } from './run-sandbox.ts'
import { planSysroot } from './sysroot.ts'

/**
 * Runs `true` in a sandbox like that of a build, with an empty layer over the host's tools; gives how long that took, in
 * milliseconds. `scratch` is an empty directory that the caller removes. Throws what stands against sandboxes, as for builds.
 */
export async function trySandbox(
  scratch: string,
  setting: SysrootSetting,
  context: Pick<Context, 'signal'>,
): Promise<number> {
  const host = await requireSandbox(setting)
  const layer = join(scratch, 'layer')
  const workDirectory = join(scratch, 'run')
  makeDirectory(join(layer, 'usr/share'))
  makeDirectory(workDirectory)
  const program = requireProgram('true', 'try a sandbox')
  const started = performance.now()
  const planned = planSysroot({ layers: [layer], hasHostTools: true })
  using sysroot = openSysroot(planned, { strategy: host.sysroot, layersDirectory: scratch })
  const { status } = await runSandbox(
    {
      hostName: 'kith',
      mounts: [...sysroot.mounts, ...planDevices(), { kind: 'seal-root' }],
      landlock: deviceRules,
      network: 'loopback',
      command: { argv: [program], cwd: '/', environment: { PATH: '/usr/bin:/bin' } },
    },
    { workDirectory, host, limits: defaultLimits, output: () => {} },
    context,
  )
  if (status !== 0) throw new Error(`"${program}" ended with status ${status} in a sandbox`)
  return performance.now() - started
}
