#!/usr/bin/env bun
import { kithVersion } from './cli/version.ts'

/** argv in, exit status out: the only place that ends the process. What scripts ask first loads nothing else. */
const argv = process.argv.slice(2)

if (argv.length === 1 && ['version', 'v', '--version'].includes(argv[0] ?? '')) {
  process.stdout.write(`${kithVersion}\n`)
  process.exit(0)
}
const { runCommandLine } = await import('./cli/run-command-line.ts')
process.exit(await runCommandLine(argv))
