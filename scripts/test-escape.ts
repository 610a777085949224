import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '../test/escape/attempt.ts'
import { attempts } from '../test/escape/attempts.ts'
import { possibleModes, runAttempts, whyNot } from '../test/escape/run-attempts.ts'
import { compareTable, renderTable, tableBegin, tableEnd } from '../test/escape/table.ts'
import type { Trial } from '../test/escape/try-attempt.ts'

/**
 * `npm run test:escape`: every attempt to get out of a sandbox, in every setting, with all its protections, with none and with
 * each alone; then the table in docs/sandbox.md against what was seen. `-- --write` writes the table, `-- --only WORDS` tries the
 * attempts whose names hold them, and compares nothing.
 */
const document = join(import.meta.dir, '..', 'docs', 'sandbox.md')
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const reason = whyNot()
if (reason !== undefined) {
  process.stderr.write(`test:escape: ${reason}\n`)
  process.exit(1)
}
const only = process.argv.includes('--only') ? process.argv.slice(process.argv.indexOf('--only') + 1) : undefined
const started = performance.now()
const possible = settings.filter(({ mode }) => possibleModes.includes(mode))
const trials = await runAttempts({ settings: possible, depth: 'all', matching: only }, (trial) => print(tell(trial)))
const seconds = Math.round((performance.now() - started) / 1000)
const failed = trials.filter((trial) => trial.kind === 'tried' && trial.findings.length > 0)
const runs = trials.reduce((sum, trial) => sum + (trial.kind === 'tried' ? trial.runs : 0), 0)
print(`${trials.length} trials of ${runs} sandboxes, ${failed.length} failed, ${seconds} seconds`)
if (failed.length > 0) process.exit(1)
if (only === undefined) process.exit(finish())

function tell(trial: Trial): string {
  const where = `${trial.setting.mode}, ${trial.setting.strategy}`
  if (trial.kind === 'not-applicable') return `-    ${trial.name} (${where}): ${trial.reason}`
  if (trial.findings.length === 0) return `ok   ${trial.name} (${where})`
  return [`FAIL ${trial.name} (${where})`, ...trial.findings.map((one) => `     ${one}`)].join('\n')
}

/** Gives the exit status. */
function finish(): number {
  if (possibleModes.length < 2) {
    print('the table is not compared: only root can try both modes')
    return 0
  }
  const text = readFileSync(document, 'utf8')
  const [before = '', rest = ''] = text.split(tableBegin)
  const [table = '', after = ''] = rest.split(tableEnd)
  const seen = renderTable(attempts, trials)
  if (process.argv.includes('--write')) {
    writeFileSync(document, `${before}${seen}${after}`)
    return 0
  }
  const differences = compareTable(table, seen)
  for (const difference of differences) print(difference)
  if (differences.length > 0) print('docs/sandbox.md has another table: npm run test:escape -- --write')
  return differences.length > 0 ? 1 : 0
}
