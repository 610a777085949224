import { type Provided, parseProvides } from '../model/provides.ts'
import { readSmallText } from '../system/files.ts'
import { reachableKind } from './reachable-kind.ts'
import { readProvidesFile } from './recipe-parts.ts'

/** The names that a recipe answers to besides its own, without reading anything else of it. Most recipes have no such file. */
export function readProvides(directory: string, name: string): readonly Provided[] {
  const file = `${directory}/provides`
  // An error for each recipe that has none would take longer than all else.
  const isThere = reachableKind(file) !== undefined
  const text = isThere ? readSmallText(file) : undefined
  if (text !== undefined) return parseProvides(text, file).provides
  if (!isThere) return []
  return readProvidesFile({ name, path: directory, entries: new Set(['provides']) }).provides
}
