import { standingOf } from '../../plan/history.ts'
import { loadHistory } from '../../store/history.ts'
import type { Command } from '../command.ts'
import { describeEntry } from '../describe-entry.ts'

/** What happened to the root, the oldest first: `7  2026-11-28 12:00  install pigz 2.8-1`; what is undone is marked. */
export const history: Command = async ({ config, show }) => {
  const entries = loadHistory(config.root)
  const inEffect = new Set(standingOf(entries).done.map(({ id }) => id))
  const width = String(entries.at(-1)?.id ?? 0).length
  for (const entry of entries) {
    const { id, time, summary } = entry
    const isUndone = summary.reverts === undefined && !inEffect.has(id)
    const mark = isUndone ? '  (undone)' : ''
    const when = `${time.slice(0, 10)} ${time.slice(11, 16)}`
    show(`${String(id).padStart(width)}  ${when}  ${describeEntry(entry)}${mark}`, {
      kind: 'transaction',
      id,
      time,
      isUndone,
      ...summary,
    })
  }
  return 0
}
