import { KithError } from '../errors/kith-error.ts'
import { printable } from '../errors/printable.ts'
import { jsonSchema } from '../report/json/json-reporter.ts'
import { terminalStyle } from '../report/terminal/style.ts'

/** Tells what ended a command, on standard error: sentence and hint, or for a bug its stack. Gives the exit status. */
export function reportFailure(error: unknown, isJson: boolean): number {
  const style = terminalStyle(process.env, process.stderr.isTTY)
  if (!(error instanceof KithError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`${style.problem('ERROR')} This is a bug in kith:\n${printable(text)}\n`)
    return 70
  }
  if (isJson) {
    const { code, details, message, hint } = error
    process.stdout.write(`${JSON.stringify({ schema: jsonSchema, kind: 'error', code, details, message, hint })}\n`)
  }
  process.stderr.write(`${style.problem('ERROR')} ${error.message}\n`)
  if (error.hint !== undefined) process.stderr.write(`${style.prefix('->')} ${error.hint}\n`)
  return error.exitStatus
}
