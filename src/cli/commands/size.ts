import { bytesText } from '../../model/tree-path.ts'
import { formatKibibytes } from '../../report/terminal/units.ts'
import { readManifest } from '../../store/installed-database.ts'
import { openRoot } from '../../store/open-root.ts'
import { openDiskUse } from '../../system/disk-use.ts'
import type { Command } from '../command.ts'
import { requireInstalled } from '../installed-named.ts'

/**
 * `<size><tab><file>` for every file of installed packages, as `du` counts it: blocks on the disk, a hard link once, what is not
 * there not at all. The total goes to standard error, so that the lines alone can be sorted.
 */
export const size: Command = async (invocation) => {
  const { config, options, show } = invocation
  const tree = openRoot(config.root).tree
  for (const { name, entry } of requireInstalled(invocation)) {
    const use = openDiskUse(config.root)
    let total = 0
    for (const { path, isDirectory } of readManifest(tree, entry)) {
      const kibibytes = isDirectory ? undefined : use(path)
      if (kibibytes === undefined) continue
      total += kibibytes
      const line = Buffer.concat([
        Buffer.from(`${formatKibibytes(kibibytes)}\t${config.root}`),
        Buffer.from(path, 'latin1'),
      ])
      show(line, { kind: 'file-size', package: name, path: bytesText(path), kibibytes })
    }
    if (options.has('--json')) show('', { kind: 'package-size', package: name, kibibytes: total })
    else process.stderr.write(`${formatKibibytes(total)}\ttotal\n`)
  }
  return 0
}
