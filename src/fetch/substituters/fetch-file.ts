import { join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import type { Context } from '../../events/context.ts'
import { copyFileAtomic } from '../../system/copy-file.ts'
import { fileInfo, makeDirectory } from '../../system/files.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { download } from '../http/download.ts'
import { s3Address } from './s3-address.ts'
import { printSubstituter, type Substituter } from './substituter.ts'

export interface WantedFile {
  /** Below the repository, of our own making: `index`, `artifacts/<key>/<file>`. */
  readonly path: string
  /** Where it goes, and is left if it comes only in part. */
  readonly into: string
  /** A larger one is refused before it fills the disk. */
  readonly mostBytes: number
  /** For events. */
  readonly package: string
}

/** Fetches one file of a binary repository. Gives why it cannot be had. Throws `io-failed` for the disk here, `interrupted`. */
export async function fetchFile(
  substituter: Substituter,
  wanted: WantedFile,
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<string | undefined> {
  makeDirectory(join(wanted.into, '..'))
  if (substituter.kind === 'directory') return copyFrom(join(substituter.path, wanted.path), wanted)
  const { path, into, mostBytes, package: name } = wanted
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const url =
    substituter.kind === 's3' ? s3Address(substituter, path, settings.environment) : `${substituter.url}/${encoded}`
  const shownUrl = `${printSubstituter(substituter)}/${path}`
  const request = { url, partialPath: into, hasChecksum: true, package: name, shownUrl, mostBytes }
  const outcome = await download(request, settings, context)
  return outcome.kind === 'complete' ? undefined : outcome.reason
}

function copyFrom(from: string, { into, mostBytes }: WantedFile): string | undefined {
  try {
    const info = fileInfo(from)
    if (info?.kind !== 'file') return 'it is not there'
    if (info.sizeBytes > mostBytes) return `it is larger than ${mostBytes} bytes`
    copyFileAtomic(from, into)
    return undefined
  } catch (error) {
    // A directory of somebody else can be anything; what is wrong here shows when the copy is used.
    if (error instanceof KithError) return error.message
    throw error
  }
}
