import { updateRepositories } from '../../fetch/update-repositories.ts'
import type { Command } from '../command.ts'

/** Pulls the repositories of KISS_PATH; nothing is upgraded by that. */
export const update: Command = async ({ config, context, environment }) => {
  await updateRepositories(config.repositories, { environment, switchUser: config.switchUser }, context)
  context.emit({ kind: 'notice', level: 'info', text: "run 'kith upgrade' to upgrade packages" })
  return 0
}
