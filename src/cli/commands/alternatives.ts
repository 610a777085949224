import { KithError } from '../../errors/kith-error.ts'
import type { Choice } from '../../model/choice-name.ts'
import { bytesText, textBytes, textTreePath, treePathFault } from '../../model/tree-path.ts'
import { listChoices, previewSwaps, swapAlternatives } from '../../store/alternatives.ts'
import type { Command } from '../command.ts'
import { withLock } from '../install-artifacts.ts'
import { showChanges } from '../show-changes.ts'
import { parseArgument } from '../workspace.ts'

/** Lists the alternatives, or swaps to one; with `-` to each `PACKAGE PATH` line of the standard input until one fails. */
export const alternatives: Command = async (invocation) => {
  const { arguments: words, options, config, context, show } = invocation
  const [first, path] = words
  if (first === undefined) {
    for (const choice of listChoices(config.root)) {
      const target = bytesText(choice.path)
      show(`${choice.package} ${target}`, { kind: 'alternative', package: choice.package, path: target })
    }
    return 0
  }
  const pairs = first === '-' ? await readPairs() : [[first, path ?? ''] as const]
  if (pairs.length === 0) return 0
  const swaps = pairs.map(([word, target]) => parseChoice(word, target))
  if (options.has('--dry-run')) {
    showChanges(previewSwaps(swaps, config.root), invocation)
    return 0
  }
  return await withLock(invocation, async () => {
    const { done, failure } = await swapAlternatives(swaps, config.root)
    for (const { package: name, path } of done)
      context.emit({ kind: 'notice', level: 'info', package: name, text: `now has ${bytesText(path)}` })
    if (failure !== undefined) throw failure
    return 0
  })
}

function parseChoice(word: string, path: string): Choice {
  const name = parseArgument(word)
  if (path === '')
    throw new KithError('missing-argument', { command: 'alternatives', expected: `a path after "${word}"` })
  const fault = treePathFault(textBytes(path))
  if (fault !== undefined) throw new KithError('invalid-argument', { argument: path, expected: `a path: ${fault}` })
  return { package: name, path: textTreePath(path) }
}

async function readPairs(): Promise<(readonly [string, string])[]> {
  const text = await Bun.stdin.text()
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => [line.split(/\s+/)[0] ?? '', line.replace(/^\S+\s*/, '')] as const)
}
