import type { PackageName } from '../model/package-name.ts'
import type { Source } from '../model/sources.ts'
import { sourceCachePath } from './cache-path.ts'

/** Where a source lies, fetched or not: in the cache, or in the recipe or the file system. Throws `source-path-unsafe`. */
export function sourcePath(cacheDirectory: string, packageName: PackageName, source: Source): string {
  return source.kind === 'git' || source.kind === 'remote'
    ? sourceCachePath(cacheDirectory, packageName, source)
    : source.path
}
