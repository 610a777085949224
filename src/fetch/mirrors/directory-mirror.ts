import { join } from 'node:path'
import { copyFileAtomic } from '../../system/copy-file.ts'
import { isFile, setMode } from '../../system/files.ts'
import type { MirrorPlace, WantedFile } from './mirror-place.ts'

/** A directory of this machine (or mounted here): `<path>/<algorithm>/<hash>`, then `<path>/<file name>`. */
export function directoryPlaces(path: string, { checksum, fileName, into }: WantedFile): MirrorPlace[] {
  return [
    place('by hash', join(path, checksum.algorithm, checksum.hex), into),
    place('by name', join(path, fileName), into),
  ]
}

function place(name: string, from: string, into: string): MirrorPlace {
  return {
    name,
    async fetch() {
      if (!isFile(from)) return { outcome: 'absent', detail: 'not there' }
      copyFileAtomic(from, into)
      setMode(into, 0o644)
      return { outcome: 'found', detail: from }
    },
  }
}
