import { removeAbandonedCgroups } from '../sandbox/cgroup.ts'
import { farmsDirectoryOf } from '../sandbox/open-sysroot.ts'
import { removeAbandonedIn } from '../system/claimed-directory.ts'
import { clearMemoryDisk } from '../system/memory-disk.ts'
import { trashDirectoryOf } from './clean-cache.ts'
import { layersDirectoryOf } from './layers-directory.ts'

/** Removes what kiths that were killed left besides their work directories: unfinished layers, link farms, cgroups, builds in memory. */
export function clearAbandoned(cacheDirectory: string): void {
  const layersDirectory = layersDirectoryOf(cacheDirectory)
  for (const directory of [layersDirectory, farmsDirectoryOf(layersDirectory)]) removeAbandonedIn(directory)
  removeAbandonedIn(trashDirectoryOf(cacheDirectory))
  clearMemoryDisk()
  removeAbandonedCgroups()
}
