import { bytesText } from '../../model/tree-path.ts'
import { databasePath, readManifest } from '../../store/installed-database.ts'
import { openRoot } from '../../store/open-root.ts'
import type { Command } from '../command.ts'
import { requireInstalled } from '../installed-named.ts'

/** One path per line, ascending: what installed packages put into the root, without directories and database entries. */
export const files: Command = async (invocation) => {
  const { config, show } = invocation
  const tree = openRoot(config.root).tree
  for (const { name, entry } of requireInstalled(invocation)) {
    const paths = readManifest(tree, entry)
      .filter(({ path, isDirectory }) => !isDirectory && !path.startsWith(`${databasePath}/`))
      .map(({ path }) => path)
    for (const path of paths.sort((one, other) => (one < other ? -1 : 1)))
      show(Buffer.from(path, 'latin1'), { kind: 'file', package: name, path: bytesText(path) })
  }
  return 0
}
