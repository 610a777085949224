import { bytesText } from '../../model/tree-path.ts'
import { listPreferred } from '../../store/alternatives.ts'
import type { Command } from '../command.ts'
import { parseArgument } from '../workspace.ts'

/** `<owner> <path>` for each path that has an alternative. */
export const preferred: Command = async ({ arguments: [word], config, show }) => {
  const only = word === undefined ? undefined : parseArgument(word)
  for (const choice of listPreferred(config.root, only)) {
    const path = bytesText(choice.path)
    show(`${choice.package} ${path}`, { kind: 'preferred', package: choice.package, path })
  }
  return 0
}
