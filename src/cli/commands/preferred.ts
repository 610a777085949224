import { bytesText } from '../../model/tree-path.ts'
import { listPreferred } from '../../store/alternatives.ts'
import type { Command } from '../command.ts'
import { parseArgument } from '../workspace.ts'

/** `<owner> <path>` for each path that has an alternative. */
export const preferred: Command = async ({ arguments: [word], config, print }) => {
  const only = word === undefined ? undefined : parseArgument(word)
  for (const { package: owner, path } of listPreferred(config.root, only)) print(`${owner} ${bytesText(path)}`)
  return 0
}
