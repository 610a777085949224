import { bytesText, type TreePath } from '../model/tree-path.ts'
import type { HistoryEntry } from '../plan/history.ts'
import { readHead, readText } from '../system/files.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { historyIds, recordPath } from './history-paths.ts'
import { type Journal, parseJournal, parseJournalHead } from './journal.ts'
import { statePath } from './state-directory.ts'

/** The transactions that a root remembers, the oldest first. Only what is about them is read. Throws `journal-invalid`, `io-failed`. */
export function loadHistory(root: string): HistoryEntry[] {
  const state = statePath(root)
  using tree = new TreeHandle(root)
  return historyIds(tree, state)
    .filter((id) => tree.entry(recordPath(state, id))?.kind === 'file')
    .map((id) => readRecordHead(root, state, id))
}

/** What a record says besides the changes; `state` is the state directory. Throws `journal-invalid`, `io-failed`. */
export function readRecordHead(root: string, state: TreePath, id: number): Omit<Journal, 'operations'> {
  const file = recordFile(root, state, id)
  return parseJournalHead(firstLine(file), file)
}

/** One transaction whole. Throws `journal-invalid`, `io-failed`. */
export function readRecord(root: string, id: number): Journal {
  const file = recordFile(root, statePath(root), id)
  return parseJournal(readText(file), file)
}

function recordFile(root: string, state: TreePath, id: number): string {
  return root + bytesText(recordPath(state, id))
}

function firstLine(file: string): string {
  const usualBytes = 1 << 14
  const head = Buffer.from(readHead(file, usualBytes)).toString()
  const [line = ''] = (head.includes('\n') ? head : readText(file)).split('\n', 1)
  return line
}
