import { settings } from '../test/escape/attempt.ts'
import { possibleModes, runAttempts, whyNot } from '../test/escape/run-attempts.ts'

const reason = whyNot()
if (reason !== undefined) {
  process.stderr.write(`test:escape: ${reason}\n`)
  process.exit(1)
}
const matching = process.argv[process.argv.indexOf('--only') + 1] ?? ''
const trials = await runAttempts(
  {
    settings: settings.filter(({ mode }) => possibleModes.includes(mode)),
    depth: process.argv.includes('--first') ? 'first' : 'all',
    matching: process.argv.includes('--only') ? matching : '',
  },
  (trial) => {
    const where = `${trial.setting.mode}/${trial.setting.strategy}`
    if (trial.kind === 'not-applicable') process.stdout.write(`- ${where} ${trial.name}: ${trial.reason}\n`)
    else if (trial.findings.length > 0)
      process.stdout.write(`FAIL ${where} ${trial.name}\n${trial.findings.map((one) => `     ${one}\n`).join('')}`)
    else process.stdout.write(`ok ${where} ${trial.name} (${trial.runs} runs, ${Math.round(trial.milliseconds)} ms)\n`)
  },
)
process.stdout.write(`${trials.length} trials\n`)
