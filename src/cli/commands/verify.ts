import { bytesText } from '../../model/tree-path.ts'
import { verifyPackages } from '../../store/verify-packages.ts'
import type { Command } from '../command.ts'
import { parseArgument } from '../workspace.ts'

/**
 * Compares installed packages, or all, with what was installed: `pigz content /usr/bin/pigz`. Exit status 1 where anything is damaged;
 * edited files in /etc and files that no package has are no damage.
 */
export const verify: Command = async ({ arguments: words, options, config, context, show }) => {
  const names = words.length === 0 ? undefined : words.map(parseArgument)
  const { paths, extra, withoutSums, checked } = await verifyPackages(config.root, {
    names,
    isFull: options.has('--all'),
  })
  let damaged = 0
  for (const { package: name, path, faults } of paths) {
    const text = bytesText(path)
    if (!faults.every((fault) => fault === 'edited')) damaged++
    show(`${name} ${faults.join(',')} ${text}`, { kind: 'verified-path', package: name, path: text, faults })
  }
  for (const place of extra) {
    const text = bytesText(place)
    show(`- extra ${text}`, { kind: 'extra-path', path: text })
  }
  const say = (level: 'info' | 'warning', text: string): void => context.emit({ kind: 'notice', level, text })
  if (withoutSums.length > 0)
    say('warning', `no hashes of ${withoutSums.join(' ')}: another tool installed them; kith install records them`)
  const found = damaged === 0 ? 'nothing is damaged' : `${damaged} damaged`
  say('info', `${checked} paths of ${names?.length ?? 'all'} packages: ${found}`)
  return damaged === 0 ? 0 : 1
}
