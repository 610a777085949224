import { join } from 'node:path'
import { fileInfo, readDirectory, readText, removeTree } from '../system/files.ts'
import { makeHeldFile } from '../system/held-file.ts'
import { isLocked } from '../system/is-locked.ts'

/** A plan that was begun, as `kith build --resume` begins it again. */
export interface PlanRecord {
  /** As given on the command line; none: the package of the directory. */
  readonly words: readonly string[]
  readonly directory: string
  readonly options: readonly string[]
  /** What was built since then, in milliseconds since 1970, is not built again. */
  readonly startedMs: number
}

/** While it is open, no other kith takes the plan for one that has ended. */
export interface OpenPlan {
  /** All is built: there is nothing to go on with. Otherwise the record stays when the process ends, however it does. */
  readonly done: () => void
}

const mostRecords = 8

function directoryOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'plans')
}

/** Writes down that the plan has begun, in place of `resumed`; old records go. Throws `io-failed`. */
export function recordPlan(cacheDirectory: string, record: PlanRecord, resumed?: UnfinishedPlan): OpenPlan {
  const directory = directoryOf(cacheDirectory)
  for (const { path } of endedRecords(directory).slice(mostRecords - 1)) removeTree(path)
  const path = join(directory, `${process.pid}-${Date.now()}`)
  const file = makeHeldFile(path, JSON.stringify(record))
  if (resumed !== undefined) removeTree(resumed.path)
  return {
    done() {
      // What has failed of these packages before is built now.
      for (const other of endedRecords(directory))
        if (other.record.words.length > 0 && other.record.words.every((word) => record.words.includes(word)))
          removeTree(other.path)
      file.release('remove')
    },
  }
}

export interface UnfinishedPlan {
  readonly path: string
  readonly record: PlanRecord
}

/** The plan that was begun last of those that have failed, were interrupted or killed. */
export function findUnfinishedPlan(cacheDirectory: string): UnfinishedPlan | undefined {
  return endedRecords(directoryOf(cacheDirectory))[0]
}

/** Those of processes that have ended, the newest first. What cannot be read is none. */
function endedRecords(directory: string): UnfinishedPlan[] {
  const paths = (readDirectory(directory) ?? []).map((name) => join(directory, name))
  return paths
    .flatMap((path) => {
      const info = fileInfo(path)
      const record = info === undefined || isLocked(path) !== false ? undefined : readRecord(path)
      return record === undefined ? [] : [{ path, record, mtimeMs: info?.mtimeMs ?? 0 }]
    })
    .sort((one, other) => other.mtimeMs - one.mtimeMs)
}

function readRecord(path: string): PlanRecord | undefined {
  try {
    const record = JSON.parse(readText(path)) as Partial<PlanRecord>
    const { words, directory, options, startedMs } = record
    const isWhole = Array.isArray(words) && Array.isArray(options) && typeof directory === 'string'
    return isWhole && typeof startedMs === 'number' ? { words, directory, options, startedMs } : undefined
  } catch {
    return undefined
  }
}
