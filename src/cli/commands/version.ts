import type { Command } from '../command.ts'
import { kithVersion } from '../version.ts'

export const version: Command = async ({ show }) => {
  show(kithVersion, { kind: 'version', version: kithVersion })
  return 0
}
