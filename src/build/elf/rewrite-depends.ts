import { parseDepends } from '../../model/depends.ts'
import type { PackageName } from '../../model/package-name.ts'
import { textBytes } from '../../model/tree-path.ts'

/**
 * The text of a `depends` file with `owners` as runtime dependencies: they are added where they are missing, and lose their
 * type where they were for building only. Then the lines are as `sort -uk1,1` leaves them: bytewise by the first word, one
 * line for each (comments too), also where nothing was added.
 */
export function rewriteDepends(text: string, owners: Iterable<PackageName>): string {
  const declared = new Map(parseDepends(text, 'depends').dependencies.map(({ name, kind }) => [String(name), kind]))
  const wanted = new Set<string>(owners)
  const missing = [...wanted].filter((name) => !declared.has(name))
  const promoted = [...wanted].filter((name) => declared.get(name) === 'make')
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const all = [...lines, ...missing].map((line) => {
    const [name = ''] = words(line)
    return { line: promoted.includes(name) ? name : line, name }
  })
  // Of two lines for one package the one stays that says more: needed to run.
  const byKey = new Map<string, string>()
  for (const { line, name } of all) {
    const key = firstField(line)
    const earlier = byKey.get(key)
    const isStronger = earlier !== undefined && declared.get(name) === 'run' && words(line).length === 1
    if (earlier === undefined || isStronger) byKey.set(key, line)
  }
  return [...byKey]
    .sort(([one], [other]) => (textBytes(one) < textBytes(other) ? -1 : 1))
    .map(([, line]) => `${line}\n`)
    .join('')
}

function words(line: string): string[] {
  return line.split(/[ \t\r\v\f]+/).filter((word) => word !== '')
}

/** As sort(1) sees it: blanks before a word belong to it. */
function firstField(line: string): string {
  return /^[ \t]*[^ \t]*/.exec(line)?.[0] ?? ''
}
