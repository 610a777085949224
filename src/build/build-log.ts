import { join } from 'node:path'
import { removeTree } from '../system/files.ts'
import { openAppendFile } from '../system/log-file.ts'

/** A build's log, in KISS's place: `logs/<YYYY-MM-DD>/<package>-<YYYY-MM-DD-HH:MM>-<pid>`. */
export interface BuildLog extends Disposable {
  readonly path: string
  readonly write: (bytes: Uint8Array) => void
  readonly remove: () => void
}

/** Makes the file. Throws `io-failed`. */
export function openBuildLog(cacheDirectory: string, name: string, now: Date, processName: string): BuildLog {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  const directory = join(cacheDirectory, 'logs', day)
  const path = join(directory, `${name}-${day}-${two(now.getHours())}:${two(now.getMinutes())}-${processName}`)
  const file = openAppendFile(path)
  return {
    path,
    write: (bytes) => file.append(bytes),
    remove: () => removeTree(path),
    [Symbol.dispose]: () => file.close(),
  }
}
