import { KithError } from '../../errors/kith-error.ts'
import { formatBytes } from '../../report/terminal/units.ts'
import { cleanHistory, planCleaning } from '../../store/clean-history.ts'
import type { Command, Invocation } from '../command.ts'
import { describeEntry } from '../describe-entry.ts'
import { withLock } from '../install-artifacts.ts'

/**
 * Forgets all transactions but the newest, whose number is given: they cannot be undone any more, and what they kept is freed. Without a
 * number, or with --dry-run, it only tells what would be lost.
 */
export const clean: Command = async (invocation) => {
  const [word] = invocation.arguments
  const { root } = invocation.config
  if (word !== undefined && !/^[0-9]{1,9}$/.test(word))
    throw new KithError('invalid-argument', { argument: word, expected: 'how many transactions are kept' })
  const keep = Number(word ?? 0)
  if (word === undefined || invocation.options.has('--dry-run')) {
    tell(keep, invocation)
    return 0
  }
  return await withLock(invocation, async () => {
    const lost = tell(keep, invocation)
    cleanHistory(root, lost)
    return 0
  })
}

function tell(keep: number, { config, context, show }: Invocation): number[] {
  const lost = planCleaning(config.root, keep)
  for (const { entry, freedBytes, isUndoable } of lost) {
    const mark = isUndoable ? '' : '  (undone already, or an undo)'
    show(`${entry.id}  ${formatBytes(freedBytes)}  ${describeEntry(entry)}${mark}`, {
      kind: 'forgettable-transaction',
      id: entry.id,
      freedBytes,
      isUndoable,
    })
  }
  const total = lost.reduce((sum, { freedBytes }) => sum + freedBytes, 0)
  const text = `${lost.length} transactions before the newest ${keep}: ${formatBytes(total)}`
  context.emit({ kind: 'notice', level: 'info', text })
  return lost.map(({ entry }) => entry.id)
}
