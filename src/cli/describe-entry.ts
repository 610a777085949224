import { versionLabel } from '../model/version.ts'
import type { HistoryEntry } from '../plan/history.ts'
import type { PackageChange } from '../plan/transaction.ts'

/** `install pigz 2.8-1, zlib 1.3.1-1`; `undo 7`. */
export function describeEntry({ summary }: HistoryEntry): string {
  const { command, packages, reverts } = summary
  const what = reverts === undefined ? packages.map(describeChange) : reverts.map(String)
  return what.length === 0 ? command : `${command} ${what.join(', ')}`
}

function describeChange(change: PackageChange): string {
  switch (change.kind) {
    case 'install':
      return `${change.package} ${versionLabel(change.version)}`
    case 'remove':
      return change.package
    case 'mark':
      return `${change.mark} ${change.package}`
    case 'swap':
      return `${change.package} ${change.path}`
  }
}
