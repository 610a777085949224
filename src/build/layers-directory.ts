import { join } from 'node:path'

/** Where layers are kept: below the cache, out of sh kiss's way. */
export function layersDirectoryOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'layers')
}
