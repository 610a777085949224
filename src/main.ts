#!/usr/bin/env bun
import { runCommandLine } from './cli/run-command-line.ts'

/** argv in, exit status out: the only place that ends the process. */
process.exit(await runCommandLine(process.argv.slice(2)))
