#!/usr/bin/env bun
import { scenarios } from '../test/crash/scenarios.ts'
import { scratch } from '../test/crash/scratch.ts'
import { checkCommand } from '../test/disks/check-commands.ts'
import { checkCuts } from '../test/disks/check-disk.ts'
import { type FileSystem, fileSystems, whyNoLoggingDisk, whyNotFileSystem } from '../test/disks/file-systems.ts'
import { recordDisk } from '../test/disks/record-disk.ts'

/**
 * Real file systems on loop devices, as root: every command on each of them, then cuts of power. The disk records what it is told; a cut
 * has all that was flushed and any part of the rest. `--cuts N` for each scenario, `--seed N`, `--only NAME` of a file system, `--sample`
 * for one scenario. One line for each; exit status 1 where anything is found.
 */
const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(name)
  return index < 0 ? undefined : process.argv[index + 1]
}
const say = (line: string): boolean => process.stdout.write(`${line}\n`)

const inside = '--inside'
if (process.getuid?.() === 0 && !process.argv.includes(inside)) {
  // Mounts of its own: nobody else holds them, and they end with it.
  const again = ['unshare', '--mount', '--', process.execPath, ...process.argv.slice(1), inside]
  const { exitCode } = Bun.spawnSync(again, { stdio: ['ignore', 'inherit', 'inherit'] })
  process.exit(exitCode)
}

const isSample = process.argv.includes('--sample')
const most = Number(option('--cuts') ?? 200)
const seed = Number(option('--seed') ?? 1)
const commands = scenarios.filter(({ words }) => words !== undefined)
const cut = scenarios.filter(({ name, packages }) =>
  isSample ? name.startsWith('upgrade with moved') : packages <= 3 || (packages === 10 && name !== 'undo'),
)
let found = 0
for (const system of fileSystems.filter(({ name }) => name.includes(option('--only') ?? ''))) {
  const lacking = whyNotFileSystem(system)
  if (lacking === undefined) await testSystem(system)
  else say(`skipped ${system.name}: ${lacking}`)
}
say(`${found} problems`)
process.exit(found === 0 ? 0 : 1)

async function testSystem(system: FileSystem): Promise<void> {
  for (const scenario of isSample ? cut : commands) {
    const problem = await checkCommand(system, scenario)
    tell(`${system.name}: ${scenario.name}`, problem === undefined ? [] : [problem])
  }
  const lacking = whyNoLoggingDisk()
  if (lacking !== undefined) {
    say(`skipped ${system.name}, cuts of power: ${lacking}`)
    return
  }
  for (const scenario of cut) {
    using at = scratch()
    const record = await recordDisk(system, scenario, at.directory)
    const result = checkCuts(record, at.directory, { most, seed })
    const told = `${record.writes.filter(({ kind }) => kind !== 'mark').length} writes and flushes`
    const outcome = `${result.cuts} cuts, ${result.new} new`
    tell(
      `${system.name}: power cut in "${scenario.name}" of ${scenario.packages}: ${told}, ${outcome}`,
      result.problems,
    )
  }
}

function tell(title: string, problems: readonly string[]): void {
  found += problems.length
  say(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${title}`)
  for (const problem of problems.slice(0, 3)) say(`     ${problem}`)
}
