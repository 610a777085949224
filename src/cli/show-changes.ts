import { bytesText } from '../model/tree-path.ts'
import type { PreviewedChange } from '../store/apply-transaction.ts'
import type { Invocation } from './command.ts'

const marks = { new: '+', replaced: '~', removed: '-', mode: 'm' } as const

/** `+ /usr/bin/pigz`, `~` for what is replaced, `-` for what goes, `m` for a directory that gets another mode. */
export function showChanges(changes: readonly PreviewedChange[], { show }: Pick<Invocation, 'show'>): void {
  for (const { change, path } of changes) {
    const text = bytesText(path)
    show(`${marks[change]} ${text}`, { kind: 'root-change', change, path: text })
  }
}
