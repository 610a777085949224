import { entry } from './entry.ts'

export const cliErrors = {
  'unknown-command': entry<{ command: string }>(
    ({ command }) => `Cannot run "${command}": no such command, and no executable "kiss-${command}*" on PATH`,
    () => 'kith help lists the commands, kith help-ext the extensions',
  ),
  'invalid-argument': entry<{ argument: string; expected: string }>(
    ({ argument, expected }) => `Cannot use argument "${argument}": expected ${expected}`,
    () => 'kith help lists the commands and their arguments',
  ),
  'missing-argument': entry<{ command: string; expected: string }>(
    ({ command, expected }) => `Cannot run "kith ${command}": expected ${expected}`,
    ({ command }) => `kith help ${command}`,
  ),
  'unknown-option': entry<{ command: string; option: string; known: readonly string[] }>(
    ({ command, option }) => `Cannot run "kith ${command}": unknown option "${option}"`,
    ({ command, known }) =>
      known.length === 0 ? `kith ${command} takes no options` : `kith ${command} knows ${known.join(' ')}`,
  ),
  'invalid-setting': entry<{ setting: string; value: string; expected: string }>(
    ({ setting, value, expected }) => `Cannot use setting ${setting}="${value}": expected ${expected}`,
  ),
  interrupted: entry<Record<string, never>>(() => 'Interrupted', undefined, 130),
} as const
