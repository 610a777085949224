import type { Command } from '../command.ts'
import { kithVersion } from '../version.ts'

export const version: Command = async ({ print }) => {
  print(kithVersion)
  return 0
}
