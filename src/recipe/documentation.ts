import { basename, join } from 'node:path'
import type { PackageName } from '../model/package-name.ts'
import { readDirectory } from '../system/files.ts'
import { reachableKind } from './reachable-kind.ts'
import { type Readme, readReadme } from './readme.ts'
import { readEntry } from './recipe-directory.ts'
import { findRecipe } from './repositories.ts'

/**
 * What there is to read about `name`: a page of KISS's documentation below `documentation` (`name/index.txt`, `name.txt`, also one
 * directory down), else the README of its recipe.
 */
export function findDocumentation(
  name: PackageName,
  { documentation, repositories }: { readonly documentation: string; readonly repositories: readonly string[] },
): Readme | undefined {
  const below = (readDirectory(documentation) ?? []).map((one) => join(documentation, one))
  const places = [documentation, ...below.filter((path) => reachableKind(path) === 'directory')]
  for (const place of places)
    for (const file of [join(place, name, 'index.txt'), join(place, `${name}.txt`), join(place, name)]) {
      if (reachableKind(file) !== 'file') continue
      const { text } = readEntry({ path: join(file, '..'), entries: new Set([basename(file)]) }, basename(file))
      if (text !== undefined) return { file, text }
    }
  const directory = findRecipe(name, repositories)
  return directory === undefined ? undefined : readReadme(directory)
}
