import type { Context } from '../events/context.ts'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import { bytesText, childPath, type TreePath, textBytes } from '../model/tree-path.ts'
import type { TransactionSummary } from '../plan/transaction.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { diskTree } from '../system/tree-view.ts'
import { entryFile, loadInstalled } from './installed-database.ts'
import { runPackageScript, type ScriptSettings } from './package-script.ts'
import { replaceFile } from './replace-file.ts'
import { makeDirectories, stateFiles, statePath } from './state-directory.ts'

/** A post-install script that is to run: it failed, or nobody came to run it. */
export interface DueScript {
  readonly package: PackageName
  /** Of the transaction that installed the package. */
  readonly id: number
  /** What it ended with; undefined: it did not run. */
  readonly status: number | undefined
}

function duePath(state: TreePath, name: string): TreePath {
  return childPath(childPath(state, stateFiles.scripts), textBytes(name))
}

/** Notes, as a part of a transaction, the scripts that are due when it is done; what a removed package had to run is gone. */
export function noteDueScripts(summary: TransactionSummary, id: number, root: TreeHandle, state: TreePath): void {
  for (const change of summary.packages) {
    if (change.kind === 'swap' || change.kind === 'mark') continue
    const place = duePath(state, change.package)
    const isThere = root.entry(place) !== undefined
    if (change.kind === 'remove' || !change.hasScript) {
      if (isThere) root.remove(place)
      continue
    }
    makeDirectories(root, childPath(state, stateFiles.scripts), 0o700)
    if (isThere) root.remove(place)
    using file = root.createFile(place, 0o600)
    file.write(Buffer.from(`${id} -\n`))
  }
}

/** Those of installed packages, bytewise by name. */
export function listDueScripts(root: string): DueScript[] {
  const tree = diskTree(root)
  const directory = childPath(statePath(root), stateFiles.scripts)
  if (tree.entry(directory)?.kind !== 'directory') return []
  const installed = loadInstalled(root)
  return tree.names(directory).flatMap((fileName) => {
    const text = bytesText(fileName)
    const [, id, status] = /^([0-9]+) ([0-9]+|-)\n$/.exec(entryFile(tree, childPath(directory, fileName)) ?? '') ?? []
    if (packageNameFault(text) !== undefined || id === undefined || status === undefined) return []
    const name = parsePackageName(text)
    if (!installed.has(name)) return []
    return [{ package: name, id: Number(id), status: status === '-' ? undefined : Number(status) }]
  })
}

/** Runs the post-install script of a package; one that fails is remembered. Gives whether all was well. */
export async function runDueScript(
  name: PackageName,
  settings: ScriptSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<boolean> {
  const outcome = await runPackageScript('post-install', name, settings, context)
  using tree = new TreeHandle(settings.root)
  const state = statePath(settings.root)
  const place = duePath(state, name)
  if (tree.entry(place) === undefined) return outcome === 'none' || outcome === 0
  if (outcome === 'none' || outcome === 0) {
    tree.remove(place)
    return true
  }
  const id = listDueScripts(settings.root).find((one) => one.package === name)?.id ?? 0
  replaceFile(tree, place, `${id} ${outcome}\n`)
  return false
}
