import { bytesText } from '../../model/tree-path.ts'
import { readManifest } from '../../store/installed-database.ts'
import { openRoot } from '../../store/open-root.ts'
import type { Command } from '../command.ts'
import { requireInstalled } from '../installed-named.ts'

/** The manifest lines of installed packages, byte for byte: files first, directories with a slash at the end. */
export const manifest: Command = async (invocation) => {
  const { config, show } = invocation
  const tree = openRoot(config.root).tree
  for (const { name, entry } of requireInstalled(invocation))
    for (const { path, isDirectory } of readManifest(tree, entry)) {
      const line = isDirectory ? `${path}/` : path
      show(Buffer.from(line, 'latin1'), { kind: 'manifest-entry', package: name, path: bytesText(path), isDirectory })
    }
  return 0
}
