import { type Provided, parseProvides } from '../model/provides.ts'
import { readSmallText } from '../system/files.ts'
import { reachableKind } from './reachable-kind.ts'
import { readProvidesFile } from './recipe-parts.ts'

/** The names that a recipe answers to besides its own, without reading anything else of it. Most recipes have no such file. */
export function readProvides(directory: string, name: string): readonly Provided[] {
  const file = `${directory}/provides`
  const text = readSmallText(file)
  if (text !== undefined) return parseProvides(text, file).provides
  if (reachableKind(file) === undefined) return []
  return readProvidesFile({ name, path: directory, entries: new Set(['provides']) }).provides
}
