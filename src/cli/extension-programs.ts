import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import { isExecutable, readDirectory } from '../system/files.ts'

/** Every executable `kiss-*` on PATH: folders in PATH's order, bytewise inside one. A folder that may not be read has none. */
export function* extensionPrograms(searchPath: string): Generator<{ readonly name: string; readonly path: string }> {
  for (const directory of searchPath.split(':'))
    for (const file of directory === '' ? [] : readableNames(directory)) {
      const path = join(directory, file)
      if (file.startsWith('kiss-') && isExecutable(path)) yield { name: file.slice('kiss-'.length), path }
    }
}

function readableNames(directory: string): readonly string[] {
  try {
    return readDirectory(directory) ?? []
  } catch (error) {
    if (isKithError(error, 'io-failed')) return []
    throw error
  }
}
