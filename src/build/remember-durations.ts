import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type Durations, type Phase, parseDurations, printDuration } from '../model/durations.ts'
import { fileInfo, readText, writeFileAtomic } from '../system/files.ts'
import { openAppendFile } from '../system/log-file.ts'

/** Where they are: one line each, appended, so that several kiths may write at one time. May be deleted at any moment. */
function fileOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'durations')
}

const largestBytes = 512 * 1024

/** What earlier builds took. Never throws: without it everything is estimated. */
export function loadDurations(cacheDirectory: string): Durations {
  const file = fileOf(cacheDirectory)
  try {
    const size = fileInfo(file)?.sizeBytes
    if (size === undefined) return new Map()
    const durations = parseDurations(readText(file))
    // A line that another kith appends just now is lost: it will be remembered the next time.
    if (size > largestBytes) writeFileAtomic(file, printAll(durations))
    return durations
  } catch (error) {
    if (error instanceof KithError) return new Map()
    throw error
  }
}

function printAll(durations: Durations): string {
  return [...durations].map(([key, ms]) => `${key} ${Math.round(ms)}\n`).join('')
}

/** Never throws either. */
export function rememberDuration(cacheDirectory: string, name: string, phase: Phase, durationMs: number): void {
  try {
    const file = openAppendFile(fileOf(cacheDirectory))
    try {
      file.append(Buffer.from(printDuration(name, phase, durationMs)))
    } finally {
      file.close()
    }
  } catch (error) {
    if (!(error instanceof KithError)) throw error
  }
}
