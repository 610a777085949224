import type { SysrootSetting, SysrootStrategy } from '../model/sysroot-setting.ts'
import { readText } from '../system/files.ts'
import { requireProgram, run } from '../system/process.ts'

/** `setting`, or what this kernel can do: overlays where it has them, also where it loads them only when asked to. */
export async function chooseStrategy(setting: SysrootSetting, probe = runningProbe): Promise<SysrootStrategy> {
  if (setting !== 'auto') return setting
  if (hasOverlay(probe.fileSystems())) return 'overlay'
  await probe.askForOverlay()
  return hasOverlay(probe.fileSystems()) ? 'overlay' : 'links'
}

/** What is asked of the system, so that tests can give other answers. */
export interface StrategyProbe {
  /** Text of /proc/filesystems. */
  readonly fileSystems: () => string
  /** Lets the kernel load its overlay module, if it has one. */
  readonly askForOverlay: () => Promise<void>
}

const runningProbe: StrategyProbe = {
  fileSystems: () => readText('/proc/filesystems'),
  /** A mount that cannot succeed, since it names no layers, and in a namespace of its own all the same. */
  async askForOverlay() {
    const purpose = 'see whether this kernel has overlayfs (util-linux)'
    const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
    const attempt = [requireProgram('mount', purpose), '-t', 'overlay', 'overlay', '/']
    await run([requireProgram('unshare', purpose), ...namespaces, '--', ...attempt], purpose, { env: {} })
  },
}

function hasOverlay(fileSystems: string): boolean {
  return /^nodev\toverlay$/m.test(fileSystems)
}
