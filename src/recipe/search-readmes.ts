import { type Readme, readReadme } from './readme.ts'
import { searchRecipes } from './repositories.ts'

/** A line of a README that holds what was looked for. */
export interface ReadmeMatch {
  readonly directory: string
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

/** The first line of every recipe's README that holds `words`, letters large or small, in the order of search. */
export function searchReadmes(words: string, repositories: readonly string[]): ReadmeMatch[] {
  const wanted = words.toLowerCase()
  return searchRecipes('*', repositories).flatMap((directory) => {
    const readme = readReadme(directory)
    return readme === undefined ? [] : findLine(readme, directory, wanted)
  })
}

function findLine({ file, text }: Readme, directory: string, wanted: string): ReadmeMatch[] {
  const lines = text.split('\n')
  const index = lines.findIndex((line) => line.toLowerCase().includes(wanted))
  return index < 0 ? [] : [{ directory, file, line: index + 1, text: (lines[index] ?? '').trim() }]
}
