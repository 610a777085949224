import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { printable } from '../../errors/printable.ts'
import { bytesText, textBytes } from '../../model/tree-path.ts'
import { globMatcher } from '../../recipe/glob.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { searchReadmes } from '../../recipe/search-readmes.ts'
import { databasePath, loadInstalled, readManifest } from '../../store/installed-database.ts'
import { openRoot } from '../../store/open-root.ts'
import type { Command, Invocation } from '../command.ts'

/**
 * Every package directory that matches, absolute, in KISS_PATH order, the installed ones last. With --description lines of READMEs
 * that hold the words, `<file>:<line>: <text>`; with --file installed files, `<package> <path>`.
 */
export const search: Command = async (invocation) => {
  const { arguments: patterns, config, options, show } = invocation
  const repositories = [...config.repositories, config.root + databasePath]
  for (const pattern of patterns) {
    if (options.has('--file')) searchFiles(pattern, invocation)
    else if (options.has('--description')) searchDescriptions(pattern, repositories, invocation)
    else {
      const found = searchRecipes(pattern, repositories)
      if (found.length === 0) throw notFound(pattern, repositories)
      for (const directory of found) show(directory, { kind: 'recipe', name: basename(directory), directory })
    }
  }
  return 0
}

/** Scripts ask by the exit status whether there is a package, so what only a README mentions is no more than a hint. */
function notFound(pattern: string, repositories: readonly string[]): KithError {
  const described = /[*?[\]\\]/.test(pattern) ? [] : searchReadmes(pattern, repositories)
  const mentioned = [...new Set(described.map(({ directory }) => basename(directory)))]
  return new KithError('recipe-not-found', { name: pattern, searched: repositories, mentioned })
}

function searchDescriptions(words: string, repositories: readonly string[], { show }: Invocation): void {
  const found = searchReadmes(words, repositories)
  if (found.length === 0) throw new KithError('description-not-found', { words })
  for (const { directory, file, line, text } of found)
    show(printable(`${file}:${line}: ${text}`), {
      kind: 'described',
      name: basename(directory),
      directory,
      file,
      line,
      text,
    })
}

/** A pattern without `/` is looked for among the names of files, one with it among whole paths. */
function searchFiles(pattern: string, { config, show }: Invocation): void {
  const matches = globMatcher(textBytes(pattern))
  const isPath = pattern.includes('/')
  const tree = openRoot(config.root).tree
  let total = 0
  for (const { name, entry } of loadInstalled(config.root).values())
    for (const { path, isDirectory } of readManifest(tree, entry)) {
      if (isDirectory || !matches(isPath ? path : path.slice(path.lastIndexOf('/') + 1))) continue
      total++
      const line = Buffer.concat([Buffer.from(`${name} `), Buffer.from(path, 'latin1')])
      show(line, { kind: 'file', package: name, path: bytesText(path) })
    }
  if (total === 0) throw new KithError('file-not-owned', { path: pattern })
}
