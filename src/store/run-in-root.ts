import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { BuildLimits } from '../model/build-limits.ts'
import { planDevices } from '../sandbox/devices.ts'
import { requireSandbox } from '../sandbox/host.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import type { MountOperation } from '../sandbox/spec.ts'
import { linkInfo, makeTemporaryDirectory, removeTree } from '../system/files.ts'

export interface RootCommand {
  /** Not the host's own. */
  readonly root: string
  /** Path in the root. */
  readonly script: string
  readonly package: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Runs a program of a root with that root as its world: namespaces, a /dev and /proc of its own where the root has the directories,
 * no network, no rights over the machine; it can change everything in the root and nothing else. What it prints is told as events.
 * Gives its exit status. Throws `sandbox-setup-failed`, `user-namespaces-refused`, `program-missing`, `interrupted`; 127 for one that
 * cannot be executed.
 */
export async function runInRoot(
  { root, script, package: name, environment }: RootCommand,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<number> {
  // Scripts of packages need no layers: nothing is tried for those.
  const host = await requireSandbox('links')
  const workDirectory = makeTemporaryDirectory('/tmp', 'kith-script-')
  const decoder = new TextDecoder()
  try {
    const request = {
      hostName: 'kith',
      mounts: planMounts(root),
      landlock: [{ path: '/', access: 'write' } as const],
      network: 'none' as const,
      command: { argv: [script], cwd: '/', environment: present(environment) },
    }
    const output = (bytes: Uint8Array): void =>
      emit({ kind: 'script-output', package: name, text: decoder.decode(bytes, { stream: true }) })
    const result = await runSandbox(request, { workDirectory, host, limits: noLimits, output }, { signal })
    return result.status
  } catch (error) {
    if (!isKithError(error, 'sandbox-command-missing')) throw error
    emit({ kind: 'notice', level: 'warning', package: name, text: `cannot execute ${script}: ${error.details.reason}` })
    return 127
  } finally {
    removeTree(workDirectory)
  }
}

/** The root, writable, and what a program finds in a running system, on directories that are there. */
function planMounts(root: string): MountOperation[] {
  const isThere = (path: string): boolean => linkInfo(join(root, path))?.kind === 'directory'
  const kept = ['/dev', '/proc'].filter(isThere)
  const belongs = ({ target }: { readonly target: string }): boolean =>
    kept.some((one) => target === one || target.startsWith(`${one}/`))
  const devices = planDevices().filter((one) => one.kind !== 'seal-root' && belongs(one))
  return [{ kind: 'bind', target: '/', source: root, isWritable: true }, ...devices]
}

function present(environment: RootCommand['environment']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

const noLimits: BuildLimits = {
  time: undefined,
  silence: undefined,
  memory: undefined,
  processes: undefined,
  cpus: undefined,
  free: undefined,
}
