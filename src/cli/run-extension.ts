import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import { isExecutable, readDirectory } from '../system/files.ts'
import { runAttached } from '../system/process.ts'

/**
 * Runs the first executable `kiss-<word>*` on PATH (folders in PATH's order, bytewise inside one) with the remaining
 * arguments; gives its exit status. Throws `unknown-command`.
 */
export async function runExtension(word: string, words: readonly string[], config: Config): Promise<number> {
  const extension = word === '' || word.startsWith('-') ? undefined : findExtension(word, config.searchPath)
  if (extension === undefined) throw new KithError('unknown-command', { command: word })
  const env = { ...process.env, _KISS_LVL: '0', KISS_PID: '' }
  return await runAttached([extension, ...words], `run the extension ${word}`, { env, output: 'output' })
}

function findExtension(word: string, searchPath: string): string | undefined {
  for (const directory of searchPath.split(':')) {
    const names = directory === '' ? [] : (readDirectory(directory) ?? [])
    for (const name of names)
      if (name.startsWith(`kiss-${word}`) && isExecutable(join(directory, name))) return join(directory, name)
  }
  return undefined
}
