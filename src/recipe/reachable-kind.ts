import { isKithError } from '../errors/kith-error.ts'
import { type FileKind, fileInfo } from '../system/files.ts'

/** What is at `path`, links followed, as a shell's `test` sees it: undefined also for what may not be looked at. */
export function reachableKind(path: string): FileKind | undefined {
  try {
    return fileInfo(path)?.kind
  } catch (error) {
    if (isKithError(error, 'io-failed')) return undefined
    throw error
  }
}
