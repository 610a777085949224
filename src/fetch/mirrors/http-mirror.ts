import { download } from '../http/download.ts'
import { redactUrls } from '../redact-urls.ts'
import type { MirrorPlace, MirrorSurroundings, WantedFile } from './mirror-place.ts'

/** An http tree: `<url>/<algorithm>/<hash>`, then `<url>/<file name>`. */
export function httpPlaces(url: string, wanted: WantedFile, surroundings: MirrorSurroundings): MirrorPlace[] {
  const { checksum, fileName } = wanted
  return [
    place('by hash', `${url}/${checksum.algorithm}/${checksum.hex}`, wanted, surroundings),
    place('by name', `${url}/${encodeURIComponent(fileName)}`, wanted, surroundings),
  ]
}

function place(name: string, url: string, wanted: WantedFile, { settings, context }: MirrorSurroundings): MirrorPlace {
  const { package: packageName, shownUrl, into } = wanted
  return {
    name,
    async fetch() {
      const outcome = await download(
        { url, partialPath: into, hasChecksum: true, package: packageName, shownUrl },
        settings,
        context,
      )
      if (outcome.kind === 'complete') return { outcome: 'found', detail: redactUrls(url) }
      return { outcome: 'absent', detail: outcome.reason }
    },
  }
}
