import { readLatin1 } from '../../system/files.ts'
import type { Command } from '../command.ts'
import { extensionPrograms } from '../extension-programs.ts'

/** Every executable `kiss-*` on PATH with the second line of its file as description; the first of a name wins. */
export const helpExtensions: Command = async ({ config }) => {
  const found = new Map<string, string>()
  for (const { name, path } of extensionPrograms(config.searchPath))
    if (name !== '' && !found.has(name)) found.set(name, path)
  process.stderr.write('-> Installed extensions (kiss-* in PATH)\n')
  const width = Math.max(0, ...[...found.keys()].map((name) => name.length))
  for (const [name, path] of [...found].sort(([one], [other]) => (one < other ? -1 : 1)))
    process.stderr.write(`-> ${name.padEnd(width)}  ${describe(path)}\n`)
  return 0
}

function describe(path: string): string {
  const second = readLatin1(path).slice(0, 4096).split('\n')[1] ?? ''
  return Buffer.from(second.replace(/^[#\s]+/, '').replace(/[\x00-\x1f\x7f]/g, ''), 'latin1').toString()
}
