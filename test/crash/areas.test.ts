import { describe, expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { KithError } from '../../src/errors/kith-error.ts'
import { mount, mountFlags } from '../../src/native/mount.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { isRoot, needsRoot } from '../../src/store/store-fixture.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { injectFault, Killed } from '../faults/fault.ts'
import { type CheckOptions, checkScenario } from './check-scenario.ts'
import { leftOver } from './compare.ts'
import { readDisk, showDisk } from './disk.ts'
import { recordChanges } from './record.ts'
import { prepareScenario, recordScenario, withChanges } from './record-scenario.ts'
import { areaScenarios, installPlain, type Scenario } from './scenarios.ts'
import { type Scratch, scratch } from './scratch.ts'
import { areaBugs } from './seeded-bugs.ts'

/** Of what `npm run test:crash` does whole. */
const sample: CheckOptions = {
  bounds: { singles: 4, subsets: 2, most: 16 },
  seed: 1,
  nestedEvery: 20,
  undoEvery: 10,
  nestedBounds: { singles: 1, subsets: 1 },
}

const rooted = test.skipIf(!isRoot)
const chosen = (name: string, mounts: string): Scenario => {
  const found = areaScenarios.find((one) => one.name.startsWith(name) && one.name.endsWith(`, ${mounts} mounted`))
  if (found === undefined) throw new Error('the scenario is gone')
  return found
}

describe('where parts of the root are other file systems', () => {
  for (const scenario of [
    chosen('upgrade with moved', '/boot /usr'),
    chosen('remove', '/etc /usr/lib /var'),
    chosen('undo of an upgrade', '/var'),
  ])
    rooted(
      `after a crash anywhere in "${scenario.name}" the root is the old or the new one${needsRoot}`,
      async () => {
        const { states, violations } = await checkScenario(await recordScenario(scenario), sample)

        expect(violations).toEqual([])
        expect(states).toBeGreaterThan(10)
      },
      120_000,
    )

  for (const bug of areaBugs)
    rooted(
      `seeded bug: ${bug.name}, and it is found${needsRoot}`,
      async () => {
        const one = await recordScenario(chosen('upgrade with moved', '/usr'))

        const bounds = { singles: 6, subsets: 4, most: 30, from: bug.from?.(one.log) ?? 0 }
        const { violations } = await checkScenario(withChanges(one, bug.make(one.log)), { ...sample, bounds })

        expect(violations.length).toBeGreaterThan(0)
      },
      120_000,
    )
})

/** A scenario that is killed at one of its changes, on a /usr that can be unmounted and mounted again. */
interface Stopped extends Disposable {
  readonly at: Scratch
  readonly mount: () => void
  readonly unmount: () => void
  /** Before the command. */
  readonly old: string
}

async function stopAt(index: number, scenario: Scenario): Promise<Stopped> {
  using opening = new DisposableStack()
  const at = opening.use(scratch())
  const backing = join(at.directory, 'usr')
  const place = join(at.root, 'usr')
  at.mount(backing)
  fs.mkdirSync(place)
  const mountUsr = (): void => mount({ source: backing, target: place, flags: mountFlags.bind })
  mountUsr()
  opening.defer(() => Bun.spawnSync(['umount', '-l', place], { stderr: 'ignore' }))
  await prepareScenario({ ...scenario, mounts: [] }, at)
  const old = showDisk(readDisk(at.root))
  {
    using _fault = injectFault(index, { kind: 'kill' })
    await Promise.resolve(scenario.command(at.root, at.directory)).catch((error) => {
      if (!(error instanceof Killed)) throw error
    })
  }
  const open = opening.move()
  return { at, old, mount: mountUsr, unmount: () => at.unmount(place), [Symbol.dispose]: () => open.dispose() }
}

/** The error's code, or what was done. */
function recover(root: string): string {
  using tree = new TreeHandle(root)
  try {
    return recoverRoot(tree).kind
  } catch (error) {
    if (error instanceof KithError) return error.code
    throw error
  }
}

async function changesOf(
  scenario: Scenario,
): Promise<{ readonly count: number; readonly commit: number; readonly end: number }> {
  using at = scratch()
  await prepareScenario(scenario, at)
  const recorded = await recordChanges(at.root, () => scenario.command(at.root, at.directory))
  const renameTo = (name: string): number =>
    recorded.findIndex((one) => one.kind === 'rename' && one.to.endsWith(`/${name}`))
  return { count: recorded.length, commit: renameTo('journal'), end: renameTo('record') }
}

describe('where the other file system is not mounted after a crash', () => {
  const scenario = chosen('upgrade with moved', '/usr')

  rooted(
    `recovery changes nothing and says what to mount; mounted, it brings the root forward${needsRoot}`,
    async () => {
      const { commit, end } = await changesOf(scenario)
      for (let index = commit + 1; index <= end; index += 13) {
        using one = await stopAt(index, scenario)
        one.unmount()
        const before = showDisk(readDisk(one.at.root), true)

        expect(recover(one.at.root)).toBe('area-missing')

        expect(showDisk(readDisk(one.at.root), true)).toBe(before)
        one.mount()
        expect(recover(one.at.root)).toBe('finished')
        expect(showDisk(readDisk(one.at.root))).not.toBe(one.old)
        expect(leftOver(readDisk(one.at.root))).toBeUndefined()
      }
    },
  )

  rooted(
    `before the commit it is the old root, and what was staged goes when it is mounted again${needsRoot}`,
    async () => {
      const { commit } = await changesOf(scenario)
      for (let index = 3; index <= commit; index += 41) {
        using one = await stopAt(index, scenario)
        one.unmount()

        expect(recover(one.at.root)).toBe('none')
        // Another transaction takes the number of the one that never was.
        await installPlain(one.at)

        one.mount()
        expect(recover(one.at.root)).toBe('none')
        const after = readDisk(one.at.root)
        expect(leftOver(after)).toBeUndefined()
        expect(showDisk(after, true)).not.toContain('/usr/.kith/history/3/')
        expect(showDisk(after).split('\n')).toEqual(
          expect.arrayContaining(one.old.split('\n').filter((line) => line.startsWith('/usr/'))),
        )
      }
    },
  )
})
