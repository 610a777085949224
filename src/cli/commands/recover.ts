import type { Command } from '../command.ts'
import { withLock } from '../install-artifacts.ts'

/** Brings the root to the state before or after what was interrupted in it, as every command that changes it does first. */
export const recover: Command = async (invocation) =>
  await withLock(invocation, async (recovery) => {
    if (recovery.kind === 'none')
      invocation.context.emit({ kind: 'notice', level: 'info', text: 'nothing was interrupted' })
    return 0
  })
