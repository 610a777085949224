import { KithError } from '../../errors/kith-error.ts'
import { bytesText, textBytes, textTreePath, treePathFault } from '../../model/tree-path.ts'
import { listNewEtcFiles, type NewEtcFile, requireNewEtcFile, settleEtcFiles } from '../../store/new-etc-files.ts'
import { compareFiles, mergeFiles } from '../../system/merge-files.ts'
import type { Command, Invocation } from '../command.ts'
import { withLock } from '../install-artifacts.ts'

/**
 * Files in /etc that somebody edited and a package brings anew: lists them; `show`s the differences; `take`s the new version, `keep`s the
 * old one, or `merge`s them, of the paths given or of all.
 */
export const etc: Command = async (invocation) => {
  const [action, ...paths] = invocation.arguments
  const { root } = invocation.config
  switch (action) {
    case undefined:
      for (const file of listNewEtcFiles(root)) tell(file, invocation)
      return 0
    case 'show':
      for (const file of chosen(paths, root)) await showDifference(file, invocation)
      return 0
    case 'take':
    case 'keep':
      return await withLock(invocation, async () => {
        const files = chosen(paths, root)
        await settleEtcFiles(files, { kind: action }, root)
        for (const file of files) done(file, action === 'take' ? 'took the new version' : 'kept as it is', invocation)
        return 0
      })
    case 'merge':
      return await withLock(invocation, async () => {
        for (const file of chosen(paths, root)) await merge(file, invocation)
        return 0
      })
    default:
      throw new KithError('invalid-argument', { argument: action, expected: 'show, take, keep or merge' })
  }
}

function tell({ package: name, path, fresh, base }: NewEtcFile, { show }: Invocation): void {
  const text = bytesText(path)
  show(`${name} ${text}`, {
    kind: 'new-etc-file',
    package: name,
    path: text,
    fresh: bytesText(fresh),
    hasBase: base !== undefined,
  })
}

/** Those named; all where none is. Throws `no-new-version`, `invalid-argument`. */
function chosen(paths: readonly string[], root: string): NewEtcFile[] {
  if (paths.length === 0) return listNewEtcFiles(root)
  return paths.map((path) => {
    const fault = treePathFault(textBytes(path))
    if (fault !== undefined) throw new KithError('invalid-argument', { argument: path, expected: `a path: ${fault}` })
    return requireNewEtcFile(textTreePath(path), root)
  })
}

async function showDifference({ path, fresh }: NewEtcFile, { config: { root }, show }: Invocation): Promise<void> {
  const difference = await compareFiles(root + bytesText(path), root + bytesText(fresh))
  const text = bytesText(path)
  show(difference.trimEnd(), { kind: 'difference', path: text, text: difference })
}

/** Only what can be merged without a question; otherwise nothing is changed. Throws `merge-conflict`. */
async function merge(file: NewEtcFile, invocation: Invocation): Promise<void> {
  const { root } = invocation.config
  const on = (path: NewEtcFile['path']): string => root + bytesText(path)
  const merged = await mergeFiles({
    mine: on(file.path),
    base: file.base === undefined ? undefined : on(file.base),
    theirs: on(file.fresh),
  })
  if (merged.conflicts > 0)
    throw new KithError('merge-conflict', { path: bytesText(file.path), conflicts: merged.conflicts })
  await settleEtcFiles([file], { kind: 'merge', content: merged.content }, root)
  done(file, 'merged', invocation)
}

function done({ package: name, path }: NewEtcFile, what: string, { context }: Invocation): void {
  context.emit({ kind: 'notice', level: 'info', package: name, text: `${bytesText(path)}: ${what}` })
}
