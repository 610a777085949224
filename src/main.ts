#!/usr/bin/env bun
import { kithVersion } from './cli/version.ts'

/** argv in, exit status out: the only place that ends the process. What scripts ask first loads nothing else. */
const argv = process.argv.slice(2)

const hasHooks = Boolean(process.env.KISS_HOOK)

if (!hasHooks && argv.length === 1 && ['version', 'v', '--version'].includes(argv[0] ?? '')) {
  process.stdout.write(`${kithVersion}\n`)
  process.exit(0)
}
if (argv[0]?.startsWith('__')) {
  const { runHidden } = await import('./cli/run-hidden.ts')
  const hidden = await runHidden(argv[0], argv[1] ?? '')
  if (hidden !== undefined) process.exit(hidden)
}
// Who closes our output (`kith list | head`) has seen enough; what else cannot be written must not pass for done.
let isUnwritten = false
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: { readonly code?: string }) => {
    isUnwritten ||= error.code !== 'EPIPE'
  })
const { runCommandLine } = await import('./cli/run-command-line.ts')
const status = await runCommandLine(argv)
process.exit(isUnwritten && status === 0 ? 1 : status)
