import { KithError } from '../../errors/kith-error.ts'
import { type DueScript, listDueScripts, runDueScript } from '../../store/due-scripts.ts'
import type { Command, Invocation } from '../command.ts'
import { withLock } from '../install-artifacts.ts'
import { parseArgument } from '../workspace.ts'

/** Post-install scripts that failed, or that nobody came to run: lists them, or with `run` runs those of the packages named, or all. */
export const hooks: Command = async (invocation) => {
  const [action, ...words] = invocation.arguments
  const { config, context, environment } = invocation
  if (action === undefined) {
    for (const one of listDueScripts(config.root)) tell(one, invocation)
    return 0
  }
  if (action !== 'run') throw new KithError('invalid-argument', { argument: action, expected: 'run' })
  return await withLock(invocation, async () => {
    const due = listDueScripts(config.root)
    const names = words.length === 0 ? due.map((one) => one.package) : words.map(parseArgument)
    let isWell = true
    for (const name of names) isWell = (await runDueScript(name, { root: config.root, environment }, context)) && isWell
    return isWell ? 0 : 1
  })
}

function tell({ package: name, id, status }: DueScript, { show }: Invocation): void {
  const state = status === undefined ? 'has not run' : `failed: status ${status}`
  show(`${name} post-install ${state}`, { kind: 'due-script', package: name, transaction: id, status })
}
