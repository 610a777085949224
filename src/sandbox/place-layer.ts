import { dirname, join } from 'node:path'
import { syncFileSystem } from '../native/sync.ts'
import { claimDirectory } from '../system/claimed-directory.ts'
import { isDirectory, makeDirectory, renameNew, setMode } from '../system/files.ts'

/**
 * Makes the layer directory `layer` with what `fill` puts into an empty one: complete, on the disk and in place by one rename,
 * or not at all. What is there already stays, also when another process was faster.
 */
export async function placeLayer(layer: string, fill: (tree: string) => Promise<void>): Promise<string> {
  if (isDirectory(layer)) return layer
  const layersDirectory = dirname(layer)
  makeDirectory(layersDirectory)
  // Old layers keep setuid programs of versions long replaced: nobody else may reach them.
  setMode(layersDirectory, 0o700)
  using draft = claimDirectory(join(layersDirectory, `.draft-${process.pid}-${counter++}`))
  const tree = join(draft.path, 'tree')
  makeDirectory(tree)
  await fill(tree)
  syncFileSystem(tree)
  renameNew(tree, layer)
  return layer
}
let counter = 0
