import { join } from 'node:path'
import { reachableKind } from './reachable-kind.ts'
import { readEntry } from './recipe-directory.ts'

/** Names that the file with a package's description has, the first that is there counts. */
const readmeNames = ['README.md', 'README', 'README.txt', 'README.rst'] as const

export interface Readme {
  readonly file: string
  readonly text: string
}

/** What people wrote about a recipe; undefined where there is nothing to read. */
export function readReadme(directory: string): Readme | undefined {
  const name = readmeNames.find((one) => reachableKind(join(directory, one)) === 'file')
  if (name === undefined) return undefined
  const { text } = readEntry({ path: directory, entries: new Set([name]) }, name)
  return text === undefined ? undefined : { file: join(directory, name), text }
}

/** The first paragraph that is prose, as one line: headings, badges, lists, code and rules are passed over. */
export function firstParagraph(text: string): string | undefined {
  const paragraphs = text
    .replace(/\r\n/g, '\n')
    .replace(/```[\s\S]*?(```|$)/g, '')
    .split(/\n\s*\n/)
  for (const paragraph of paragraphs) {
    // A heading may stand right above its text, marked in its own line or by the line below it.
    const lines = paragraph.replace(/^.*\n(=+|-+)[ \t]*(\n|$)/, '').split('\n')
    const prose = lines.filter(
      (line) => !/^\s*(#|<[a-z!/]|\[?!\[|[=*_-]{3,}\s*$|\|)/i.test(line) && !/^(\t| {4})/.test(line),
    )
    const sentence = prose.join(' ').replace(/\s+/g, ' ').trim()
    if (sentence !== '' && !/^([-*+]|\d+[.)]) /.test(sentence)) return sentence
  }
  return undefined
}
