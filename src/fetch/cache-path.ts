import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Source } from '../model/sources.ts'
import { digestText } from '../system/digests.ts'
import { redactUrls } from './redact-urls.ts'

/**
 * Where sources lie in the cache. What sh kiss shares: `<cache>/sources/<package>[/<destination>]/<base name>`. What is
 * kith's own lies below `<cache>/kith`, where sh kiss never looks:
 *
 *     kith/sources/…    for each cached file, the URL it came from
 *     kith/partial/…    unfinished downloads
 *     kith/rejected/…   files whose checksum was wrong
 *     kith/locks/…      who is fetching what
 */
export type CachedSource = Extract<Source, { kind: 'git' | 'remote' }>

/**
 * Absolute path of a remote source's file, or of a git source's checkout. `cacheDirectory` ends in `/kiss`. Throws
 * `source-path-unsafe` for what would lie outside of the package's own directory, or has no name.
 */
export function sourceCachePath(cacheDirectory: string, packageName: PackageName, source: CachedSource): string {
  return join(cacheDirectory, 'sources', relativeCachePath(packageName, source))
}

/** Where the origin of the cached file is written down. Throws `source-path-unsafe`. */
export function sourceRecordPath(cacheDirectory: string, packageName: PackageName, source: CachedSource): string {
  return join(cacheDirectory, 'kith/sources', relativeCachePath(packageName, source))
}

/** Where a file with the wrong checksum is moved to; `actual` keeps several apart. Throws `source-path-unsafe`. */
export function rejectedSourcePath(
  cacheDirectory: string,
  packageName: PackageName,
  source: CachedSource,
  actual: string,
): string {
  return join(cacheDirectory, 'kith/rejected', `${relativeCachePath(packageName, source)}.${actual.slice(0, 16)}`)
}

/** Name of a cache path in kith's flat directories, for example of its lock. */
export function cacheKey(text: string): string {
  return digestText(text).slice(0, 40)
}

function relativeCachePath(packageName: PackageName, source: CachedSource): string {
  const name = source.kind === 'git' ? source.git.directoryName : source.fileName
  const { destination = '' } = source
  const reason = destinationFault(destination) ?? nameFault(name, source)
  if (reason !== undefined)
    throw new KithError('source-path-unsafe', { package: packageName, source: redactUrls(source.text), reason })
  return join(packageName, destination, name)
}

function destinationFault(destination: string): string | undefined {
  if (destination.startsWith('/')) return `the destination "${destination}" is an absolute path`
  if (destination.split('/').includes('..')) return `the destination "${destination}" leads outside`
  return destination.includes('\0') ? 'the destination holds a NUL byte' : undefined
}

function nameFault(name: string, source: CachedSource): string | undefined {
  if (name === '') return 'the URL does not end in a file name'
  if (name === '.' || name === '..' || name.includes('/') || name.includes('\0')) return `"${name}" is no file name`
  const hasNoPath = !source.text.replace(/^[^/]*:\/\//, '').includes('/')
  return hasNoPath && redactUrls(source.text) !== source.text ? 'the URL has no path' : undefined
}
