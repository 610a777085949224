import { expect, test } from 'bun:test'
import { cleanHistory, planCleaning } from '../../src/store/clean-history.ts'
import { loadHistory } from '../../src/store/history.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { planReverting, revertTransactions } from '../../src/store/revert-transactions.ts'
import { isRoot, testContext } from '../../src/store/store-fixture.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { leftOver } from './compare.ts'
import { readDisk, showDisk, writeDisk } from './disk.ts'
import { logChanges } from './disk-log.ts'
import { recordChanges } from './record.ts'
import { prepareScenario } from './record-scenario.ts'
import { areaScenarios, type Scenario, scenarios } from './scenarios.ts'
import { scratch } from './scratch.ts'
import { crashStates, random } from './states.ts'

const named = (name: string): Scenario[] =>
  [...scenarios, ...(isRoot ? areaScenarios : [])].filter((one) => one.name === name)

for (const scenario of [...named('undo of an upgrade'), ...named('undo of an upgrade, /usr mounted')])
  test(`after a crash anywhere in cleaning after "${scenario.name}", what the history still has can be undone`, async () => {
    using at = scratch()
    // Up to the upgrade, which is not undone here.
    await prepareScenario(scenario, at)
    const start = readDisk(at.root)
    const root = showDisk(start)
    const ids = planCleaning(at.root, 0).map(({ entry }) => entry.id)
    const recorded = await recordChanges(at.root, () => cleanHistory(at.root, ids))
    const lengths = new Set<number>()

    for (const { inodes } of crashStates(logChanges(start, recorded), { singles: 2, subsets: 1 }, random(3))) {
      using scene = scratch()
      writeDisk(inodes, scene.root, scene.mount)
      using tree = new TreeHandle(scene.root)
      recoverRoot(tree)
      const after = readDisk(scene.root)
      expect(showDisk(after)).toBe(root)
      expect(leftOver(after)).toBeUndefined()
      const history = loadHistory(scene.root)
      lengths.add(history.length)
      // The oldest go first.
      expect(history.map(({ id }) => id)).toEqual(ids.slice(ids.length - history.length))
      if (history.length > 0)
        await revertTransactions(planReverting({ kind: 'undo' }, scene.root, false), scene.root, testContext().context)
    }

    expect([...lengths].sort()).toEqual([...Array(ids.length + 1).keys()])
  }, 120_000)
