#!/usr/bin/env bun
import { isRoot } from '../src/store/store-fixture.ts'
import { checkScenario } from '../test/crash/check-scenario.ts'
import { recordFailing, recordScenario, type ScenarioLog, withChanges } from '../test/crash/record-scenario.ts'
import { areaScenarios, type Scenario, scenarios } from '../test/crash/scenarios.ts'
import { areaBugs, type SeededBug, seededBugs } from '../test/crash/seeded-bugs.ts'

/**
 * Crashes in every transaction of test/crash/scenarios.ts, at least a hundred thousand states of the disk, also in those that the disk
 * refuses after their commit and that are taken back: recovery runs on each, and the root must be the old or the new one. `--states N` for another number, `--seed N` for other choices. One line for each transaction;
 * exit status 1 where anything is found.
 */
const wanted = Number(argument('--states') ?? 100_000)
const seed = Number(argument('--seed') ?? 1)
/** What one package in a transaction makes slower. */
const shareOf = (packages: number): number => (packages <= 3 ? 8 : packages <= 10 ? 6 : 2)
const mounting = isRoot ? areaScenarios : []
if (!isRoot) say('skipped: other file systems in the root, which only root can mount')
/** Mounting makes each state slower; and there are many. */
const shareOfMounting = 1
const taken = [...scenarios.filter(({ packages }) => packages <= 10), ...mounting]
const shareOfTaken = 1
const shares =
  taken.length * shareOfTaken +
  scenarios.reduce((sum, { packages }) => sum + shareOf(packages), 0) +
  mounting.length * shareOfMounting

let states = 0
let nested = 0
let violations = 0
for (const scenario of scenarios) await check(await recordScenario(scenario), shareOf(scenario.packages))
for (const scenario of mounting) await check(await recordScenario(scenario), shareOfMounting)
for (const [index, scenario] of taken.entries()) {
  const one = await recordFailing(scenario, [0.2, 0.6, 1][index % 3] ?? 1)
  await check(one, shareOfTaken, one.course.committing)
}
for (const bug of seededBugs) await find(bug, ({ packages, name }) => packages === 10 && name === 'upgrade')
if (isRoot)
  for (const bug of areaBugs)
    await find(bug, ({ name }) => name.startsWith('upgrade with moved') && name.endsWith(', /usr mounted'))
say(`${states} states, ${nested} of them after a crash in a recovery, ${violations} violations`)
process.exit(violations === 0 && states >= wanted ? 0 : 1)

function argument(name: string): string | undefined {
  const index = process.argv.indexOf(name)
  return index < 0 ? undefined : process.argv[index + 1]
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function check(one: ScenarioLog, share: number, from = 0): Promise<void> {
  const { scenario } = one
  // About as many come from crashes in the recovery; what a small transaction has not, the others make up for.
  const bounds = { singles: 24, subsets: 40, most: Math.ceil((0.6 * wanted * share) / shares), from }
  const nestedBounds = { singles: 3, subsets: 2 }
  const nestedEvery = Math.max(40, one.log.changes.length)
  const result = await checkScenario(one, { bounds, seed, nestedEvery, undoEvery: 50, nestedBounds })
  states += result.states
  nested += result.nested
  violations += result.violations.length
  const name = from === 0 ? scenario.name : `${scenario.name}, taken back`
  const told = `${name}, ${scenario.packages}: ${one.log.changes.length} changes, ${result.states} states`
  say(`${result.violations.length === 0 ? 'ok  ' : 'FAIL'} ${told}, ${result.violations.length} violations`)
  for (const { at, problem } of result.violations.slice(0, 3)) say(`     after change ${at}: ${problem}`)
}

async function find(bug: SeededBug, isOf: (scenario: Scenario) => boolean): Promise<void> {
  const scenario = [...scenarios, ...mounting].find(isOf)
  if (scenario === undefined) throw new Error('the scenario is gone')
  const one = await recordScenario(scenario)
  const bounds = { singles: 8, subsets: 8, most: 2000, from: bug.from?.(one.log) ?? 0 }
  const options = { bounds, seed, nestedEvery: 5000, undoEvery: 50, nestedBounds: bounds }
  const found = (await checkScenario(withChanges(one, bug.make(one.log)), options)).violations.length
  if (found === 0) violations++
  say(`${found > 0 ? 'ok  ' : 'FAIL'} seeded bug, ${found} violations: ${bug.name}`)
}
