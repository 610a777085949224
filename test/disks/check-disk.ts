import * as fs from 'node:fs'
import { join } from 'node:path'
import { KernelError } from '../../src/native/libc.ts'
import { firstDifference, leftOver } from '../crash/compare.ts'
import { readDisk, showDisk } from '../crash/disk.ts'
import { runExecutable } from '../crash/executable.ts'
import { random } from '../crash/states.ts'
import { cutPower, type Keeps, type PowerCut } from './disk-writes.ts'
import { findDamage, mountImage, runHost } from './file-systems.ts'
import type { DiskRecord } from './record-disk.ts'

export interface CutResult {
  cuts: number
  /** Of them, those after which the root was the new one. */
  new: number
  readonly problems: string[]
}

/** What a cut keeps of what was not flushed, turn about. */
const kinds: readonly Keeps[] = ['all', 'none', 'some', 'some', 'some']

/**
 * Cuts the power `most` times, spread over all that the disk was told, and brings each disk up: the file system's own recovery, then
 * `kith recover`, then a comparison with the old and the new root, at last a check of the file system.
 */
export function checkCuts(
  record: DiskRecord,
  directory: string,
  { most, seed }: { readonly most: number; readonly seed: number },
): CutResult {
  const next = random(seed)
  const result: CutResult = { cuts: 0, new: 0, problems: [] }
  // A cut at each entry that is not only a mark, and at the end.
  const points = record.writes
    .flatMap((one, index) => (one.kind === 'mark' ? [] : [index]))
    .concat(record.writes.length)
  for (let cut = 0; cut < most; cut++) {
    const at = points[Math.floor(((cut + next()) / most) * points.length)] ?? record.writes.length
    const keeps = kinds[cut % kinds.length] ?? 'all'
    const power = cutPower(record.writes, at, keeps, next)
    const problem = checkCut(record, power, directory, result)
    result.cuts++
    if (problem !== undefined)
      result.problems.push(
        `${record.system.name}, cut after ${at} of ${record.writes.length} (${keeps} kept): ${problem}`,
      )
  }
  return result
}

function checkCut(
  record: DiskRecord,
  { mark, writes }: PowerCut,
  directory: string,
  result: CutResult,
): string | undefined {
  const image = join(directory, 'cut')
  runHost(['cp', '--sparse=always', record.base, image])
  const fd = fs.openSync(image, 'r+')
  for (const { offset, bytes } of writes) fs.writeSync(fd, bytes, 0, bytes.length, offset)
  fs.closeSync(fd)
  const unmountable = whyNotMounted(record, image, directory)
  if (unmountable !== undefined) return unmountable
  {
    using disk = mountImage(record.system, image, directory)
    const root = join(disk.path, 'root')
    const { status, stderr } = runExecutable(['recover'], { root, directory })
    if (status !== 0) return `the recovery fails: ${stderr}`
    const inodes = readDisk(root)
    const shown = showDisk(inodes)
    const isNew = shown === record.new
    if (isNew) result.new++
    if (!isNew && shown !== record.old) return `neither old nor new:\n${firstDifference(record.old, shown)}`
    if (isNew && mark < record.committing) return 'it is new before the commit'
    if (!isNew && mark >= record.committed) return 'it is old after the commit'
    const left = leftOver(inodes)
    if (left !== undefined) return left
  }
  return findDamage(record.system, image)
}

/** The file system brings itself up here, by its journal. */
function whyNotMounted({ system }: DiskRecord, image: string, directory: string): string | undefined {
  try {
    mountImage(system, image, directory)[Symbol.dispose]()
    return undefined
  } catch (error) {
    if (error instanceof KernelError) return `it cannot be mounted: ${error.message}`
    throw error
  }
}
