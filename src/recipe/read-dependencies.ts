import { type Dependency, parseDepends } from '../model/depends.ts'
import { readSmallText } from '../system/files.ts'
import { reachableKind } from './reachable-kind.ts'
import { readDepends } from './recipe-parts.ts'

/** What a recipe depends on, without reading anything else of it: plans of thousands need no more of most. */
export function readDependencies(directory: string, name: string): readonly Dependency[] {
  const file = `${directory}/depends`
  const text = readSmallText(file)
  if (text !== undefined) return parseDepends(text, file).dependencies
  if (reachableKind(file) === undefined) return []
  return readDepends({ name, path: directory, entries: new Set(['depends']) }).dependencies
}
