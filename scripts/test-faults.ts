#!/usr/bin/env bun
import { isRoot } from '../src/store/store-fixture.ts'
import { areaScenarios, type Scenario, scenarios } from '../test/crash/scenarios.ts'
import { checkFaults } from '../test/faults/check-faults.ts'

/**
 * Every fault of test/faults/fault.ts at every change that a transaction makes: of up to ten packages, and (as root, every eleventh
 * pair) where parts of the root are other file systems. `--every N` takes fewer, `--only TEXT` some scenarios. One line for each
 * scenario; exit status 1 where anything is found.
 */
const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(name)
  return index < 0 ? undefined : process.argv[index + 1]
}
const every = Number(option('--every') ?? 1)
const only = option('--only') ?? ''
const say = (line: string): boolean => process.stdout.write(`${line}\n`)

let runs = 0
let found = 0
for (const scenario of scenarios.filter(({ packages }) => packages <= 10)) await check(scenario, every)
if (isRoot) for (const scenario of areaScenarios) await check(scenario, every * 11)
else say('skipped: other file systems in the root, which only root can mount')
say(`${runs} faults, ${found} problems`)
process.exit(found === 0 ? 0 : 1)

async function check(scenario: Scenario, step: number): Promise<void> {
  if (!scenario.name.includes(only)) return
  const { changes, runs: count, problems } = await checkFaults(scenario, step)
  runs += count
  found += problems.length
  const isWell = problems.length === 0
  say(`${isWell ? 'ok  ' : 'FAIL'} ${scenario.name}, ${scenario.packages}: ${changes} changes, ${count} faults`)
  for (const problem of problems.slice(0, 3)) say(`     ${problem}`)
}
