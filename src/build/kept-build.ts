import { join } from 'node:path'
import { isDirectory, makeDirectory, readText, removeTree, setMode, tryRename } from '../system/files.ts'
import { writeReport } from '../system/report-file.ts'
import type { WorkDirectory } from './work-directory.ts'

/** The last build that failed, with its files as the script left them, for `kith shell`. */
export interface KeptBuild {
  readonly version: string
  /** SOURCE_DATE_EPOCH that it had, in seconds. */
  readonly epoch: number
  readonly places: Pick<WorkDirectory, 'build' | 'destdir'>
}

/** Only one is kept: failed builds can be large. */
function placeOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'failed')
}

/** Keeps the files of a build that failed, in place of what was kept before. False where they are on another file system. */
export function keepFailedBuild(
  { build, destdir }: WorkDirectory,
  { name, version, epoch }: { readonly name: string; readonly version: string; readonly epoch: number },
  cacheDirectory: string,
): boolean {
  const place = placeOf(cacheDirectory)
  removeTree(place)
  makeDirectory(place)
  // Setuid files in it are nobody else's business.
  setMode(place, 0o700)
  const isKept = tryRename(build, join(place, 'build')) && tryRename(destdir, join(place, 'pkg'))
  if (isKept) writeReport(join(place, 'kept.json'), { name, version, epoch })
  else removeTree(place)
  return isKept
}

/** What is kept of `name`. */
export function findKeptBuild(cacheDirectory: string, name: string): KeptBuild | undefined {
  const place = placeOf(cacheDirectory)
  if (!isDirectory(join(place, 'build')) || !isDirectory(join(place, 'pkg'))) return undefined
  try {
    const kept = JSON.parse(readText(join(place, 'kept.json'))) as KeptBuild & { readonly name: string }
    return kept.name === name
      ? { ...kept, places: { build: join(place, 'build'), destdir: join(place, 'pkg') } }
      : undefined
  } catch {
    // Killed between the steps of keeping it.
    return undefined
  }
}

/** What is kept of `name` is of no use any more. */
export function dropKeptBuild(cacheDirectory: string, name: string): void {
  if (findKeptBuild(cacheDirectory, name) !== undefined) removeTree(placeOf(cacheDirectory))
}
