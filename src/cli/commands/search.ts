import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { printable } from '../../errors/printable.ts'
import { offerName } from '../../model/offers.ts'
import { bytesText, textBytes } from '../../model/tree-path.ts'
import { findProvidingRecipes, providersNamed } from '../../recipe/find-providers.ts'
import { globMatcher } from '../../recipe/glob.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { searchReadmes } from '../../recipe/search-readmes.ts'
import { databasePath, loadInstalled, readManifest } from '../../store/installed-database.ts'
import { openRoot } from '../../store/open-root.ts'
import { loadOffers } from '../../store/package-offers.ts'
import type { Command, Invocation, ResultItem } from '../command.ts'

/**
 * Every package directory that matches, absolute, in KISS_PATH order, the installed ones last. With --description lines of READMEs
 * that hold the words, `<file>:<line>: <text>`; with --file installed files, `<package> <path>`; with --provides recipes and installed
 * packages that provide or offer a name, `<package> <name> [<version>]`.
 */
export const search: Command = async (invocation) => {
  const { arguments: patterns, config, options, show } = invocation
  const repositories = [...config.repositories, config.root + databasePath]
  for (const pattern of patterns) {
    if (options.has('--file')) searchFiles(pattern, invocation)
    else if (options.has('--provides')) searchProvided(pattern, repositories, invocation)
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
  const providers = providersNamed(pattern, repositories)
  return new KithError('recipe-not-found', { name: pattern, searched: repositories, mentioned, providers })
}

/** What `provides` files say, and what installed packages were found to offer: `so:libz.so.1`, `pc:zlib`, `cmd:gzip`. */
function searchProvided(pattern: string, repositories: readonly string[], { config, show }: Invocation): void {
  const matches = globMatcher(pattern)
  const found = new Map<string, ResultItem>()
  const add = (name: string, provided: string, version: string | undefined): void =>
    void found.set(`${name} ${provided}${version === undefined ? '' : ` ${version}`}`, {
      kind: 'provided',
      name,
      provided,
      version,
    })
  for (const [name, recipes] of findProvidingRecipes(repositories))
    if (matches(name)) for (const recipe of recipes) add(recipe.name, name, recipe.provided.version)
  const installed = loadInstalled(config.root)
  for (const [name, { offers }] of loadOffers(config.root, installed))
    for (const offer of offers) if (matches(offerName(offer))) add(name, offerName(offer), offer.version)
  if (found.size === 0) throw new KithError('nothing-provides', { name: pattern })
  for (const [line, item] of [...found].sort(([one], [other]) => (one < other ? -1 : 1))) show(printable(line), item)
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
