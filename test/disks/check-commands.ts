import * as fs from 'node:fs'
import { join } from 'node:path'
import { firstDifference, leftOver, withoutTimes } from '../crash/compare.ts'
import { readDisk, showDisk } from '../crash/disk.ts'
import { runExecutable } from '../crash/executable.ts'
import { prepareScenario } from '../crash/record-scenario.ts'
import type { Scenario } from '../crash/scenarios.ts'
import { scratch } from '../crash/scratch.ts'
import { type FileSystem, makeFileSystem, mountImage } from './file-systems.ts'

/** Runs a scenario's command with the executable on a real file system: it must come to what it comes to elsewhere. Gives what is wrong, or undefined. */
export async function checkCommand(system: FileSystem, scenario: Scenario): Promise<string | undefined> {
  using at = scratch()
  const { directory } = at
  await prepareScenario(scenario, at)
  await scenario.command(at.root, directory)
  const expected = withoutTimes(showDisk(readDisk(at.root)))
  const image = join(directory, 'image')
  makeFileSystem(system, image)
  using disk = mountImage(system, image, directory)
  const root = join(disk.path, 'root')
  fs.mkdirSync(root)
  await prepareScenario(scenario, { root, directory, mount: at.mount })
  const { status, stderr } = runExecutable(scenario.words, { root, directory })
  if (status !== 0) return `it fails: ${stderr}`
  const inodes = readDisk(root)
  const shown = withoutTimes(showDisk(inodes))
  return shown === expected ? leftOver(inodes) : `it is not what it is elsewhere:\n${firstDifference(expected, shown)}`
}
