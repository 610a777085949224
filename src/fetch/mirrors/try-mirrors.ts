import { dirname } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { makeDirectory } from '../../system/files.ts'
import { hasChecksum } from '../cache-record.ts'
import { dropPartialDownload } from '../http/partial-download.ts'
import { throwIfInterrupted } from '../interrupted.ts'
import { aptPlaces } from './apt-mirror.ts'
import { directoryPlaces } from './directory-mirror.ts'
import { httpPlaces } from './http-mirror.ts'
import type { MirrorPlace, MirrorSurroundings, WantedFile } from './mirror-place.ts'
import { type Mirror, printMirror } from './parse-mirrors.ts'

export interface MirrorSearch {
  /** The mirror whose file now lies at `wanted.into`, its checksum compared; undefined: none has it. */
  readonly foundAt: string | undefined
  /** One line for each mirror that did not help. */
  readonly tried: readonly string[]
}

/** Asks the mirrors one after the other. That one fails is told, and the next is asked. Throws `interrupted`. */
export async function tryMirrors(wanted: WantedFile, surroundings: MirrorSurroundings): Promise<MirrorSearch> {
  const tried: string[] = []
  for (const mirror of surroundings.settings.mirrors) {
    const name = printMirror(mirror)
    const { isFound, outcome } = await tryMirror(mirror, wanted, surroundings)
    const { package: packageName, shownUrl } = wanted
    surroundings.context.emit({ kind: 'mirror-tried', package: packageName, url: shownUrl, mirror: name, outcome })
    if (isFound) return { foundAt: name, tried }
    tried.push(`${name}: ${outcome}`)
  }
  return { foundAt: undefined, tried }
}

/** What mirrors say to a source without a checksum: nothing would notice a wrong file. */
export const needsChecksum = 'mirrors are not asked: the recipe has no checksum for this file'

async function tryMirror(
  mirror: Mirror,
  wanted: WantedFile,
  surroundings: MirrorSurroundings,
): Promise<{ isFound: boolean; outcome: string }> {
  const failures: string[] = []
  for (const place of placesOf(mirror, wanted, surroundings)) {
    const failure = await tryPlace(place, wanted, surroundings.context.signal)
    if (failure === undefined) return { isFound: true, outcome: `found ${place.name}` }
    failures.push(`${place.name}: ${failure}`)
  }
  return { isFound: false, outcome: failures.join('; ') }
}

function placesOf(mirror: Mirror, wanted: WantedFile, surroundings: MirrorSurroundings): MirrorPlace[] {
  switch (mirror.kind) {
    case 'directory':
      return directoryPlaces(mirror.path, wanted)
    case 'http':
      return httpPlaces(mirror.url, wanted, surroundings)
    case 'apt':
      return aptPlaces(wanted, surroundings)
  }
}

/** Undefined: the file is at `wanted.into` and is the right one; otherwise why not. */
async function tryPlace(place: MirrorPlace, wanted: WantedFile, signal: AbortSignal): Promise<string | undefined> {
  throwIfInterrupted(signal)
  try {
    makeDirectory(dirname(wanted.into))
    const { outcome, detail } = await place.fetch()
    if (outcome === 'absent') return detail
    if (await hasChecksum(wanted.into, wanted.checksum)) return undefined
    dropPartialDownload(wanted.into)
    return `checksum mismatch (${detail})`
  } catch (error) {
    throwIfInterrupted(signal)
    if (error instanceof KithError) return error.message
    throw error
  }
}
