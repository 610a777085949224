import { join } from 'node:path'
import { fetchFromApt } from './apt.ts'
import type { MirrorPlace, MirrorSurroundings, WantedFile } from './mirror-place.ts'

/** The source archive of a Debian-derived host. Its private indexes lie in `<cache>/kith/apt`. */
export function aptPlaces(wanted: WantedFile, { settings, context }: MirrorSurroundings): MirrorPlace[] {
  const { fileName, package: packageName, checksum, into } = wanted
  const workDirectory = join(settings.cacheDirectory, 'kith/apt')
  const { environment } = settings
  return [
    {
      name: 'source package',
      fetch: () =>
        fetchFromApt({ fileName, packageName, checksum, into }, { workDirectory, environment }, context.signal),
    },
  ]
}
