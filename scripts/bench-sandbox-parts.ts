import { join } from 'node:path'
import { planDevices } from '../src/sandbox/devices.ts'
import { userOptions } from '../src/sandbox/host.ts'
import type { SandboxRequest } from '../src/sandbox/run-sandbox.ts'
import { monotonicMs, planStage, runRequest, type Stage } from './bench-sandbox-stage.ts'
import { median, takeTurns } from './bench-sandbox-turns.ts'
import type { LayerWorld } from './bench-sandbox-world.ts'

/**
 * Where the time of a sandbox's start goes: sandboxes of which each has something more than the one before, up to that of a
 * build, in turns. A line for each with its median and what it has more.
 */
export async function partsOfStart(stage: Stage, { layers }: LayerWorld, user: string): Promise<string[]> {
  const full = planStage(stage, { layers, hasHostTools: false })
  const withoutCgroups = { ...stage, host: { ...stage.host, cgroups: [] } }
  const own = full.mounts.filter(({ kind }) => kind === 'bind' || kind === 'seal-root')
  const request = (mounts: SandboxRequest['mounts']): SandboxRequest => {
    const paths = new Set(mounts.flatMap((mount) => ('target' in mount ? [mount.target] : [])))
    const landlock = full.landlock.filter(({ path }) => path === '/' || paths.has(path))
    return { ...full, mounts, landlock, network: 'none' }
  }
  // Without a null device there is nothing that a command could read.
  const least = planDevices().filter((mount) => 'target' in mount && ['/dev', '/dev/null'].includes(mount.target))
  const devices = [...planDevices(), ...own]
  const unmasked = devices.filter(({ kind }) => kind !== 'mask')
  const script = join(stage.work.recipe, 'build')
  const since = async (run: () => Promise<string>): Promise<number> => {
    const started = monotonicMs()
    return Number(await run()) - started
  }
  const times = await takeTurns(15, {
    'the script alone': () => since(() => print([script])),
    'in namespaces (setpriv, unshare)': () => since(() => print([...namespaces(stage), script])),
    'kith as init, a root, no rights left': () => since(() => runRequest(request([...least, ...own]), withoutCgroups)),
    '/dev, /proc, /tmp': () => since(() => runRequest(request(unmasked), withoutCgroups)),
    'what is hidden of /proc': () => since(() => runRequest(request(devices), withoutCgroups)),
    'loopback, ports': () => since(() => runRequest({ ...request(devices), network: 'loopback' }, withoutCgroups)),
    'the layers': () => since(() => runRequest(full, withoutCgroups)),
    'its cgroups': () => since(() => runRequest(full, stage)),
    'the plan': () => since(() => runRequest(planStage(stage, { layers, hasHostTools: false }), stage)),
  })
  let before = 0
  return Object.entries(times).map(([name, measured]) => {
    const middle = median(measured)
    const more = (middle - before).toFixed(1).padStart(5)
    before = middle
    return `start, ${user}: ${middle.toFixed(1).padStart(5)} ms, ${more} more: ${name}`
  })
}

/** As run-sandbox.ts starts its launcher. */
function namespaces({ host }: Stage): string[] {
  const kinds = [
    '--mount',
    '--pid',
    '--net',
    '--ipc',
    '--uts',
    '--fork',
    '--kill-child=KILL',
    '--propagation',
    'private',
  ]
  return ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...userOptions[host.userMapping], ...kinds, '--']
}

async function print(argv: readonly string[]): Promise<string> {
  const child = Bun.spawn([...argv], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`${argv.join(' ')} failed`)
  return printed
}
