import { expect, test } from 'bun:test'
import { isRoot, needsRoot } from '../../src/store/store-fixture.ts'
import { areaScenarios, scenarios } from '../crash/scenarios.ts'
import { checkFaults } from './check-faults.ts'
import { checkRecoveryFaults } from './check-recovery.ts'

/** Of what `npm run test:faults` does whole, every so many pairs of a change and a fault. */
const every = { root: 67, areas: 179 }

for (const scenario of scenarios.filter(({ packages }) => packages <= 3))
  test(`whatever fails in "${scenario.name}", the root is the old or the new one, and the command works again`, async () => {
    const { runs, problems } = await checkFaults(scenario, every.root)

    expect(problems).toEqual([])
    expect(runs).toBeGreaterThan(5)
  }, 120_000)

for (const scenario of scenarios.filter(
  ({ name, packages }) => packages === 1 && /^(?:upgrade with|remove)/.test(name),
))
  test(`whatever fails in the recovery of "${scenario.name}", the next one brings the old or the new root`, async () => {
    const { runs, problems } = await checkRecoveryFaults(scenario, 31)

    expect(problems).toEqual([])
    expect(runs).toBeGreaterThan(5)
  }, 120_000)

const areaSamples = ['upgrade with moved', 'undo of an upgrade'].flatMap((name) =>
  areaScenarios.filter((one) => one.name.startsWith(name)),
)
for (const scenario of areaSamples)
  test.skipIf(!isRoot)(
    `whatever fails in "${scenario.name}", the root is the old or the new one${needsRoot}`,
    async () => {
      const { runs, problems } = await checkFaults(scenario, every.areas)

      expect(problems).toEqual([])
      expect(runs).toBeGreaterThan(5)
    },
    120_000,
  )
