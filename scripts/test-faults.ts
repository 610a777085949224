#!/usr/bin/env bun
import { isRoot } from '../src/store/store-fixture.ts'
import { areaScenarios, type Scenario, scenarios } from '../test/crash/scenarios.ts'
import { whyNoTrace } from '../test/crash/trace.ts'
import { checkKernelFaults } from '../test/faults/check-executable.ts'
import { checkFaults } from '../test/faults/check-faults.ts'
import { checkRecoveryFaults } from '../test/faults/check-recovery.ts'

/**
 * Every fault of test/faults/fault.ts at every change that a transaction or a recovery makes. Of ten packages two or three of the nine at
 * each change, in turn (`--all`: each), and (as root) one at each where parts of the root are other file systems; then every call of the
 * kernel that the executable makes, refused or killed at. `--every N` takes fewer, `--only TEXT` some scenarios. One line for each
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
const isAll = process.argv.includes('--all')
for (const scenario of scenarios.filter(({ packages }) => packages <= 10))
  await check(scenario, scenario.packages <= 3 || isAll ? every : every * 4)
if (isRoot) for (const scenario of areaScenarios) await check(scenario, isAll ? every : every * 8)
else say('skipped: other file systems in the root, which only root can mount')
const noTrace = whyNoTrace()
if (noTrace === undefined)
  for (const scenario of scenarios.filter(({ words }) => words !== undefined)) await checkExecutable(scenario)
else say(`skipped: the executable under the kernel's tracer: ${noTrace}`)
say(`${runs} faults, ${found} problems`)
process.exit(found === 0 ? 0 : 1)

async function check(scenario: Scenario, step: number): Promise<void> {
  if (!scenario.name.includes(only)) return
  const { changes, runs: count, problems } = await checkFaults(scenario, step)
  tell(`${scenario.name}, ${scenario.packages}: ${changes} changes`, count, problems)
  const recovery = await checkRecoveryFaults(scenario, step)
  tell(`${scenario.name}, ${scenario.packages}: recovery`, recovery.runs, recovery.problems)
}

/** The real executable: calls fail, or it is killed at them, in the kernel. */
async function checkExecutable(scenario: Scenario): Promise<void> {
  if (!scenario.name.includes(only)) return
  const { calls, runs: count, problems } = await checkKernelFaults(scenario, every)
  tell(`executable: ${scenario.name}: ${calls} calls of the kernel`, count, problems)
}

function tell(title: string, count: number, problems: readonly string[]): void {
  runs += count
  found += problems.length
  say(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${title}, ${count} faults`)
  for (const problem of problems.slice(0, 3)) say(`     ${problem}`)
}
