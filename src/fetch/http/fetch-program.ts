import { basename, dirname } from 'node:path'
import type { Context } from '../../events/context.ts'
import { isFile, makeDirectory, removeTree } from '../../system/files.ts'
import { run } from '../../system/process.ts'
import { throwIfInterrupted } from '../interrupted.ts'
import type { DownloadOutcome } from './download.ts'

export interface ProgramRequest {
  readonly url: string
  /** What the file is called while it is fetched. */
  readonly path: string
  /** KISS_GET. */
  readonly program: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Fetches a file with the program that the user chose, with the options KISS gives it. What it leaves when it fails is dropped. Throws
 * `program-missing`, `interrupted`.
 */
export async function fetchWithProgram(
  { url, path, program, environment }: ProgramRequest,
  { signal }: Pick<Context, 'signal'>,
): Promise<DownloadOutcome> {
  // It comes from a recipe, and must not be taken for an option.
  if (!/^(https?|ftp):\/\//i.test(url)) return failed('only http, https and ftp URLs are given to KISS_GET')
  const options = optionsOf(program, path)
  if (options === undefined) return failed(`KISS_GET="${program}" is none of ${known.join(' ')}`)
  makeDirectory(dirname(path))
  removeTree(path)
  const { status, stderr } = await run([program, ...options, url], 'fetch sources (KISS_GET)', {
    env: environment,
    signal,
  })
  if (status === 0 && isFile(path)) return { kind: 'complete' }
  removeTree(path)
  throwIfInterrupted(signal)
  const end =
    stderr
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? ''
  return failed(`${basename(program)} ended with status ${status}${end === '' ? '' : `: ${end}`}`)
}

const known = ['aria2c', 'axel', 'curl', 'wget', 'wget2']

function optionsOf(program: string, path: string): readonly string[] | undefined {
  switch (basename(program)) {
    case 'aria2c':
      return ['-d', '/', '-o', path]
    case 'axel':
      return ['-o', path]
    case 'curl':
      return ['-fLo', path]
    case 'wget':
    case 'wget2':
      return ['-O', path]
    default:
      return undefined
  }
}

function failed(reason: string): DownloadOutcome {
  return { kind: 'failed', reason, isAbsent: false }
}
