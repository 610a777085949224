import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { type BuildTimings, parseTimings, printTimingsLine, type TimingsLine } from '../model/build-timings.ts'
import { readDirectory, readText, removeTree } from '../system/files.ts'
import { openAppendFile } from '../system/log-file.ts'
import type { PackageWork } from './plan-work.ts'

/** Where they are: a file for each build, named for when it began. May be deleted at any moment. */
function directoryOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'timings')
}

const mostRecords = 20

export interface TimingsRecorder {
  /** Writes down what an event tells, and hands it on. */
  readonly emit: Context['emit']
  /** The same, with its beginning and its end written down. */
  readonly around: (perform: (item: PackageWork) => Promise<void>) => (item: PackageWork) => Promise<void>
  readonly finish: () => void
}

interface Recorded {
  readonly work: readonly PackageWork[]
  readonly jobs: number
  readonly tokens: number
  readonly cacheDirectory: string
}

/**
 * Writes down what happens when while a plan is carried out, so that it is there however that ends; old records go. Never throws
 * because of it: a build does not fail since its times cannot be kept.
 */
export function recordTimings(
  { work, jobs, tokens, cacheDirectory }: Recorded,
  emit: Context['emit'],
): TimingsRecorder {
  const started = performance.now()
  const append = openRecord(cacheDirectory)
  const atMs = (): number => Math.round(performance.now() - started)
  append({ kind: 'timings', schema: 1, startedMs: Date.now(), jobs, tokens, processors: availableParallelism() })
  const skipped = new Set<string>()
  for (const { id, kind, recipe, needs } of work) append({ kind: 'work', id, work: kind, package: recipe.name, needs })
  return {
    emit(event) {
      if (event.kind === 'build-stage')
        append({ kind: 'phase', atMs: atMs(), package: event.package, phase: event.stage })
      if (event.kind === 'build-finished')
        for (const { cpuMs } of event.phases)
          if (cpuMs !== undefined)
            append({ kind: 'used', atMs: atMs(), package: event.package, cpuMs: Math.round(cpuMs) })
      if (event.kind === 'build-skipped') skipped.add(event.package)
      if (event.kind === 'schedule-sampled') {
        const { used, running, ready, busy } = event
        append({ kind: 'sampled', atMs: atMs(), used, running, ready, busy })
      }
      emit(event)
    },
    around: (perform) => async (item) => {
      const { id, recipe } = item
      append({ kind: 'started', atMs: atMs(), id })
      try {
        await perform(item)
        append({ kind: 'ended', atMs: atMs(), id, outcome: skipped.has(recipe.name) ? 'skipped' : 'done' })
      } catch (error) {
        append({ kind: 'ended', atMs: atMs(), id, outcome: 'failed' })
        throw error
      }
    },
    finish: () => append({ kind: 'finished', atMs: atMs() }),
  }
}

function openRecord(cacheDirectory: string): (line: TimingsLine) => void {
  const directory = directoryOf(cacheDirectory)
  try {
    for (const name of listRecords(cacheDirectory).slice(mostRecords - 1)) removeTree(join(directory, name))
    const file = openAppendFile(join(directory, `${Date.now()}-${process.pid}`))
    let isBroken = false
    return (line) => {
      if (isBroken) return
      try {
        file.append(Buffer.from(printTimingsLine(line)))
      } catch (error) {
        if (!(error instanceof KithError)) throw error
        isBroken = true
      }
      if (line.kind === 'finished' || isBroken) file.close()
    }
  } catch (error) {
    if (error instanceof KithError) return () => {}
    throw error
  }
}

/** Names of records, the newest first. */
function listRecords(cacheDirectory: string): string[] {
  const started = (name: string): number => Number(name.split('-')[0])
  return (readDirectory(directoryOf(cacheDirectory)) ?? [])
    .filter((name) => /^\d{1,15}-\d{1,10}$/.test(name))
    .sort((one, other) => started(other) - started(one))
}

/** What is recorded of builds, the newest first, each read when it is asked for. Throws `io-failed`. */
export function listTimings(cacheDirectory: string): (() => BuildTimings | undefined)[] {
  return listRecords(cacheDirectory).map(
    (name) => () => parseTimings(readText(join(directoryOf(cacheDirectory), name))),
  )
}
