import { expect, test } from 'bun:test'
import { type CheckOptions, checkScenario } from './check-scenario.ts'
import { recordFailing, recordScenario, withChanges } from './record-scenario.ts'
import { scenarios } from './scenarios.ts'
import { seededBugs } from './seeded-bugs.ts'

/** A sample of what `npm run test:crash` does whole. */
const sample: CheckOptions = {
  bounds: { singles: 4, subsets: 2 },
  seed: 1,
  nestedEvery: 60,
  undoEvery: 15,
  nestedBounds: { singles: 1, subsets: 1 },
}

let total = 0

for (const scenario of scenarios.filter(({ packages }) => packages <= 10))
  test(`after a crash anywhere in "${scenario.name}" of ${scenario.packages} the root is the old or the new one`, async () => {
    const bounds = { ...sample.bounds, most: scenario.packages > 3 ? 90 : 190 }
    const { states, violations } = await checkScenario(await recordScenario(scenario), { ...sample, bounds })

    total += states
    expect(violations).toEqual([])
    expect(states).toBeGreaterThan(100)
  }, 120_000)

for (const scenario of scenarios.filter(
  ({ name, packages }) => packages === 1 && /^(?:upgrade with|remove)/.test(name),
))
  test(`after a crash anywhere in taking "${scenario.name}" back the root is the old or the new one`, async () => {
    const one = await recordFailing(scenario, 0.6)
    const bounds = { singles: 8, subsets: 4, most: 25, from: one.course.committing }

    const { states, violations } = await checkScenario(one, { ...sample, bounds, nestedEvery: 8 })

    total += states
    expect(violations).toEqual([])
    expect(states).toBeGreaterThan(30)
  }, 120_000)

test('the sample has at least 3,000 states', () => {
  expect(total).toBeGreaterThanOrEqual(3000)
})

for (const bug of seededBugs)
  test(`seeded bug: ${bug.name}, and it is found`, async () => {
    const scenario = scenarios.find(({ name }) => name === 'upgrade of the libc and the shell')
    if (scenario === undefined) throw new Error('the scenario is gone')
    const one = await recordScenario(scenario)

    const { violations } = await checkScenario(withChanges(one, bug.make(one.log)), {
      ...sample,
      bounds: { singles: 4, subsets: 4 },
      nestedEvery: 1000,
    })

    expect(violations.length).toBeGreaterThan(0)
  }, 120_000)
