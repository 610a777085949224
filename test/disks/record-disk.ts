import * as fs from 'node:fs'
import { join } from 'node:path'
import { readDisk } from '../crash/disk.ts'
import { recordChanges } from '../crash/record.ts'
import { logScenario, prepareScenario } from '../crash/record-scenario.ts'
import type { Scenario } from '../crash/scenarios.ts'
import { type DiskWrite, readWrites } from './disk-writes.ts'
import { type FileSystem, makeFileSystem, mountImage, runHost } from './file-systems.ts'

export interface DiskRecord {
  readonly system: FileSystem
  /** The root before and after, as showDisk has it. */
  readonly old: string
  readonly new: string
  /** Marks at which the journal gets its name, and at which the disk surely has it. */
  readonly committing: number
  readonly committed: number
  /** The disk before the command. */
  readonly base: string
  /** What the disk was told during it; a mark before each change of the root, with its number. */
  readonly writes: readonly DiskWrite[]
}

/** Runs a scenario's command on a file system whose disk records everything; all files are made in `directory`. */
export async function recordDisk(system: FileSystem, scenario: Scenario, directory: string): Promise<DiskRecord> {
  const [base, image, log, shown] = ['base', 'image', 'log', 'shown'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
    string,
  ]
  makeFileSystem(system, base)
  {
    using disk = mountImage(system, base, directory)
    const root = join(disk.path, 'root')
    fs.mkdirSync(root)
    await prepareScenario(scenario, { root, directory, mount: refuse })
  }
  runHost(['cp', '--sparse=always', base, image])
  fs.writeFileSync(log, '')
  fs.mkdirSync(shown)
  await using _served = serveDisk(shown, image, log)
  using disk = mountImage(system, join(shown, 'disk'), directory)
  const told = await recordRoot(scenario, join(disk.path, 'root'), { directory, mark: join(shown, 'mark') })
  return { system, ...told, base, writes: readWrites(log) }
}

async function recordRoot(
  scenario: Scenario,
  root: string,
  { directory, mark }: { readonly directory: string; readonly mark: string },
): Promise<Pick<DiskRecord, 'old' | 'new' | 'committing' | 'committed'>> {
  const marks = fs.openSync(mark, 'r+')
  try {
    const start = readDisk(root)
    const tell = (index: number): void => void fs.writeSync(marks, String(index))
    const recorded = await recordChanges(root, () => scenario.command(root, directory), tell)
    tell(recorded.length)
    const committing = recorded.findIndex((one) => one.kind === 'rename' && one.to.endsWith('/.kith/journal'))
    const synced = recorded.findIndex((one, index) => index > committing && one.kind === 'sync')
    const { old, new: after } = logScenario(scenario, { start, recorded, after: readDisk(root) })
    return { old, new: after, committing, committed: synced + 1 }
  } finally {
    fs.closeSync(marks)
  }
}

function refuse(): never {
  throw new Error('nothing more is mounted on a recorded disk')
}

/** Starts logging-disk.ts and waits until it shows the disk. */
function serveDisk(shown: string, image: string, log: string): AsyncDisposable {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'logging-disk.ts'), shown, image, log], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const isShown = (): boolean => fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${shown} `)
  for (let turn = 0; !isShown(); turn++) {
    if (turn > 1000 || child.exitCode !== null) throw new Error('the recording disk does not start')
    Bun.sleepSync(10)
  }
  return {
    async [Symbol.asyncDispose]() {
      runHost(['umount', shown])
      await child.exited
    },
  }
}
