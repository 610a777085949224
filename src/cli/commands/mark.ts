import { KithError } from '../../errors/kith-error.ts'
import type { Mark } from '../../plan/transaction.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { loadAutomatic, markPackages } from '../../store/marks.ts'
import type { Command } from '../command.ts'
import { withLock } from '../install-artifacts.ts'
import { parseArgument } from '../workspace.ts'

/** Says of packages that they were asked for, or only came because others need them; without a package, lists those. */
export const mark: Command = async (invocation) => {
  const { arguments: words, config, context, show } = invocation
  const [word, ...rest] = words
  const wanted = word === undefined ? undefined : parseMark(word)
  if (wanted !== undefined && rest.length > 0)
    return await withLock(invocation, async () => {
      const changed = await markPackages([...new Set(rest.map(parseArgument))], wanted, config.root)
      for (const name of changed)
        context.emit({ kind: 'notice', level: 'info', package: name, text: `is ${wanted} now` })
      return 0
    })
  const installed = loadInstalled(config.root)
  const automatic = loadAutomatic(config.root, installed)
  for (const name of installed.keys()) {
    const found: Mark = automatic.has(name) ? 'automatic' : 'explicit'
    if (wanted === undefined) show(`${name} ${found}`, { kind: 'mark', name, mark: found })
    else if (wanted === found) show(name, { kind: 'mark', name, mark: found })
  }
  return 0
}

function parseMark(word: string): Mark {
  if (word === 'explicit' || word === 'automatic') return word
  throw new KithError('invalid-argument', { argument: word, expected: 'explicit or automatic' })
}
