import { type Dependency, parseDepends } from '../model/depends.ts'
import { parseManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { ancestorPaths, childPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import { readLatin1, readText } from '../system/files.ts'
import { treeEntry } from '../system/tree.ts'

export interface LayerEntry {
  readonly dependencies: readonly Dependency[]
  /** What the manifest lists, without directories. */
  readonly paths: readonly TreePath[]
}

/** What a layer's database entry says. The layer was built by anybody: no link in it is followed. */
export function readLayerEntry(layer: string, name: PackageName): LayerEntry {
  const entry = textTreePath(`/var/db/kiss/installed/${name}`)
  const isPlain = (path: TreePath): boolean =>
    ancestorPaths(path).every((above) => treeEntry(layer, above)?.kind === 'directory') &&
    treeEntry(layer, path)?.kind === 'file'
  const depends = childPath(entry, 'depends')
  const manifest = childPath(entry, 'manifest')
  const entries = isPlain(manifest) ? parseManifest(readLatin1(layer + manifest)).entries : []
  return {
    dependencies: isPlain(depends) ? parseDepends(readText(layer + depends), layer + depends).dependencies : [],
    paths: entries.filter(({ isDirectory }) => !isDirectory).map(({ path }) => path),
  }
}
