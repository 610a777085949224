import { basename, join } from 'node:path'
import { isKithError, KithError } from '../errors/kith-error.ts'
import { packageNameFault } from '../model/package-name.ts'
import type { Problem } from '../model/problem.ts'
import { fileInfo, isExecutable, readDirectory, readText } from '../system/files.ts'

/** A package directory opened: its name and what it holds. Every reader of a format starts from it. */
export interface RecipeDirectory {
  readonly name: string
  readonly path: string
  /** Names of everything in the directory. */
  readonly entries: ReadonlySet<string>
  /** Text of `build`, undefined where it cannot be read. Only looked at, never run. */
  readonly build: string | undefined
  readonly problems: readonly Problem[]
}

/** Opens a package directory: an absolute path. What is wrong with directory, name or `build` is among the problems. */
export function openRecipeDirectory(path: string, name = basename(path)): RecipeDirectory {
  const problems: Problem[] = []
  const reason = packageNameFault(name)
  if (reason !== undefined)
    problems.push({ severity: 'error', file: path, sentence: `"${name}" is no package name: ${reason}` })
  const listing = attempt(() => readDirectory(path))
  const entries = new Set(listing.result)
  if (listing.result === undefined)
    problems.push({ severity: 'error', file: path, sentence: listing.reason ?? 'there is no such directory' })
  const build = readEntry({ path, entries }, 'build')
  return { name, path, entries, build: build.text, problems: [...problems, ...build.problems] }
}

export interface EntryReading {
  /** Undefined: no such file, or a problem. */
  readonly text: string | undefined
  readonly problems: readonly Problem[]
}

/** Reads a file of the package directory, links followed; that it is absent is no problem here. */
export function readEntry(directory: Pick<RecipeDirectory, 'path' | 'entries'>, entry: string): EntryReading {
  if (!directory.entries.has(entry)) return { text: undefined, problems: [] }
  const file = join(directory.path, entry)
  const { result, reason } = attempt(() => readRegularText(file))
  const problems: Problem[] =
    reason === undefined ? [] : [{ severity: 'error', file, sentence: `cannot be read: ${reason}` }]
  return { text: result, problems }
}

/** A pipe would wait for its writer for ever, and a device may never end. */
function readRegularText(file: string): string {
  const info = fileInfo(file)
  const fault =
    info === undefined
      ? 'no such file or directory'
      : info.kind !== 'file'
        ? 'not a regular file'
        : info.sizeBytes > largestFile
          ? `larger than ${largestFile} bytes`
          : undefined
  if (fault !== undefined) throw new KithError('io-failed', { action: 'read', path: file, reason: fault })
  return readText(file)
}

/** Far more than any recipe's text. */
const largestFile = 1 << 23

/** Whether the entry is a file that somebody may execute, links followed. */
export function isExecutableEntry(directory: RecipeDirectory, entry: string): boolean {
  return attempt(() => isExecutable(join(directory.path, entry))).result === true
}

function attempt<Result>(call: () => Result): { result?: Result; reason?: string } {
  try {
    return { result: call() }
  } catch (error) {
    if (isKithError(error, 'io-failed')) return { reason: error.details.reason }
    throw error
  }
}
