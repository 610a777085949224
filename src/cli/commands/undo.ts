import { KithError } from '../../errors/kith-error.ts'
import type { HistoryEntry } from '../../plan/history.ts'
import { previewTransaction } from '../../store/apply-transaction.ts'
import { planReverting, type RevertRequest, revertTransactions, savedViews } from '../../store/revert-transactions.ts'
import type { Command, Invocation } from '../command.ts'
import { describeEntry } from '../describe-entry.ts'
import { withLock } from '../install-artifacts.ts'
import { showChanges } from '../show-changes.ts'

/** Brings the root back to before the newest transaction, or to before the one whose number is given. */
export const undo: Command = async (invocation) => {
  const [word] = invocation.arguments
  if (word === undefined) return await revert({ kind: 'undo' }, invocation)
  if (!/^[1-9][0-9]{0,8}$/.test(word))
    throw new KithError('invalid-argument', { argument: word, expected: 'the number of a transaction (kith history)' })
  return await revert({ kind: 'undo', target: Number(word) }, invocation)
}

/** Brings back what the last undo took back. */
export const redo: Command = async (invocation) => await revert({ kind: 'redo' }, invocation)

async function revert(request: RevertRequest, invocation: Invocation): Promise<number> {
  const { config, context, options } = invocation
  const { root, isForced } = config
  if (options.has('--dry-run')) {
    const planned = planReverting(request, root, isForced)
    showChanges(previewTransaction(planned.transaction, { root, views: savedViews(planned, root) }), invocation)
    return 0
  }
  return await withLock(invocation, async () => {
    const planned = planReverting(request, root, isForced)
    await revertTransactions(planned, root, context)
    for (const entry of planned.reverts) tell(request, entry, invocation)
    return 0
  })
}

function tell({ kind }: RevertRequest, entry: HistoryEntry, { context }: Invocation): void {
  const done = kind === 'undo' ? 'undone' : 'done again'
  context.emit({ kind: 'notice', level: 'info', text: `${done}: ${entry.id} ${describeEntry(entry)}` })
}
