import { type ManifestEntry, printManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'
import { choicePath } from './conflicts.ts'
import type { Operation, Transaction } from './transaction.ts'

/** A package that takes part in a swap: its database entry and what its manifest lists. */
export interface SwapParty {
  readonly name: PackageName
  /** Where `/var/db/kiss/installed/<name>` really is. */
  readonly entry: TreePath
  readonly manifest: readonly ManifestEntry[]
}

export interface SwapFacts {
  readonly incoming: SwapParty
  /** Who has the file now; undefined where nothing is there. */
  readonly outgoing: SwapParty | undefined
  /** As the user and the choice call it. */
  readonly path: TreePath
  /** Where it really is. */
  readonly place: TreePath
  /** Where a path, of a manifest or of a choice, really is. */
  readonly placeOf: (path: TreePath) => TreePath
}

/** Puts the incoming package's choice in place, after a copy of what is there became a choice of its owner. */
export function planSwap({ incoming, outgoing, path, place, placeOf }: SwapFacts): Transaction {
  const choice = choicePath(incoming.name, path)
  const operations: Operation[] = []
  if (outgoing !== undefined) {
    const released = choicePath(outgoing.name, path)
    operations.push({ kind: 'copy-aside', path: place, copy: placeOf(released) })
    operations.push(rewrite(outgoing, (listed) => (placeOf(listed) === place ? released : listed)))
  }
  operations.push({ kind: 'move', from: placeOf(choice), to: place })
  operations.push(rewrite(incoming, (listed) => (listed === choice ? path : listed)))
  return { changes: [{ kind: 'swap', package: incoming.name, path }], operations }
}

function rewrite({ entry, manifest }: SwapParty, rename: (listed: TreePath) => TreePath): Operation {
  const entries = manifest.map((one) => (one.isDirectory ? one : { isDirectory: false, path: rename(one.path) }))
  return { kind: 'write', path: childPath(entry, 'manifest'), bytes: printManifest(entries) }
}
