#!/usr/bin/env bun
import { checkScenario, recordScenario } from '../test/crash/check-scenario.ts'
import { scenarios } from '../test/crash/scenarios.ts'
import { seededBugs } from '../test/crash/seeded-bugs.ts'

/**
 * Crashes in every transaction of test/crash/scenarios.ts, at least a hundred thousand states of the disk: recovery runs on each, and the
 * root must be the old or the new one. `--states N` for another number, `--seed N` for other choices. One line for each transaction;
 * exit status 1 where anything is found.
 */
const wanted = Number(argument('--states') ?? 100_000)
const seed = Number(argument('--seed') ?? 1)
/** What one package in a transaction makes slower. */
const shareOf = (packages: number): number => (packages <= 3 ? 8 : packages <= 10 ? 6 : 2)
const shares = scenarios.reduce((sum, { packages }) => sum + shareOf(packages), 0)

let states = 0
let nested = 0
let violations = 0
for (const scenario of scenarios) {
  const one = await recordScenario(scenario)
  // A part of them comes from crashes in the recovery; what a small transaction has not, the others make up for.
  const most = Math.ceil((wanted * shareOf(scenario.packages)) / shares)
  const bounds = { singles: 24, subsets: 40, most }
  const nestedBounds = { singles: 3, subsets: 2 }
  const result = await checkScenario(one, { bounds, seed, nestedEvery: 40, undoEvery: 50, nestedBounds })
  states += result.states
  nested += result.nested
  violations += result.violations.length
  const told = `${scenario.name}, ${scenario.packages}: ${one.log.changes.length} changes, ${result.states} states`
  say(`${result.violations.length === 0 ? 'ok  ' : 'FAIL'} ${told}, ${result.violations.length} violations`)
  for (const { at, problem } of result.violations.slice(0, 3)) say(`     after change ${at}: ${problem}`)
}
for (const bug of seededBugs) {
  const scenario = scenarios.find(({ packages, name }) => packages === 10 && name === 'upgrade')
  if (scenario === undefined) throw new Error('the scenario is gone')
  const one = await recordScenario(scenario)
  const log = { ...one.log, changes: bug.make(one.log) }
  const bounds = { singles: 8, subsets: 8, most: 2000 }
  const options = { bounds, seed, nestedEvery: 5000, undoEvery: 50, nestedBounds: bounds }
  const found = (await checkScenario({ ...one, log }, options)).violations.length
  if (found === 0) violations++
  say(`${found > 0 ? 'ok  ' : 'FAIL'} seeded bug, ${found} violations: ${bug.name}`)
}
say(`${states} states, ${nested} of them after a crash in a recovery, ${violations} violations`)
process.exit(violations === 0 && states >= wanted ? 0 : 1)

function argument(name: string): string | undefined {
  const index = process.argv.indexOf(name)
  return index < 0 ? undefined : process.argv[index + 1]
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
