import type { Need, Offer } from '../model/offers.ts'
import { standardDirectories } from './library-search.ts'

/** Whether what is needed is what is offered: by name, and for libraries of the same machine. */
export function fitsNeed(need: Need, offer: Offer): boolean {
  return need.kind === offer.kind && need.name === offer.name && need.abi === offer.abi
}

/** Whether the loader finds the offer where the file that needs it looks. */
export function reachesNeed(need: Need, offer: Offer): boolean {
  if (!fitsNeed(need, offer)) return false
  if (offer.directory === undefined) return true
  const place = sameDirectory(offer.directory)
  return usual.has(place) || (need.directories ?? []).some((directory) => sameDirectory(directory) === place)
}

/** `/lib/x` and `/usr/lib/x` are one directory on nearly every system. */
export function sameDirectory(directory: string): string {
  return directory.replace(/^\/usr(?=\/lib)/, '')
}

const usual: ReadonlySet<string> = new Set(standardDirectories.map(sameDirectory))
