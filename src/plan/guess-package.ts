import { archiveSuffix } from '../model/archive-suffix.ts'
import { parseGitSource } from '../model/git-source.ts'
import { packageNameFault } from '../model/package-name.ts'
import { remoteFileName } from '../model/sources.ts'

export interface GuessedPackage {
  readonly name: string | undefined
  readonly version: string | undefined
}

/**
 * What a source is called, from its address: `…/make-4.4.1.tar.gz` is make 4.4.1, `…/owner/name/archive/v1.2.tar.gz` is name 1.2,
 * `git+…/name#0123abc` is the newest of name, `git`.
 */
export function guessPackage(source: string): GuessedPackage {
  if (source.startsWith('git+')) return guessGit(source)
  const file = (remoteFileName(source) ?? source.slice(source.lastIndexOf('/') + 1)).replace(/[?#].*$/, '')
  const stem = stripEnding(file).replace(/[-_.](src|source|orig)$/i, '')
  const named = /^(.+?)[-_]v?(\d[\w.+~]*(?:-(?:rc|beta|alpha|pre)?\d+)?)$/i.exec(stem)
  const tag = /^v?(\d[\w.+~-]*)$/i.exec(stem)
  const [, inPath] = /\/v?(\d+(?:\.\d+)+[\w.]*)\//.exec(source) ?? []
  const version = named?.[2] ?? tag?.[1] ?? inPath
  const name = named?.[1] ?? (tag === null ? stem : projectOf(source))
  return { name: usableName(name), version: version && /^[\w.+~-]+$/.test(version) ? version : undefined }
}

function guessGit(source: string): GuessedPackage {
  const reading = parseGitSource(source)
  if (reading.kind === 'fault') return { name: undefined, version: undefined }
  const { directoryName, reference } = reading.git
  const [, version] =
    (reference.kind === 'branch-or-tag' ? /^(?:.*[-_/])?v?(\d+(?:\.\d+)+)$/.exec(reference.name) : null) ?? []
  return { name: usableName(directoryName.replace(/\.git$/, '')), version: version ?? 'git' }
}

function stripEnding(file: string): string {
  const isArchive = archiveSuffix(file).kind === 'archive'
  return isArchive ? file.replace(/\.tar(\.[^.]+)?$|\.t[^.]z$/, '') : file.replace(/\.(zip|crate|whl|jar)$/, '')
}

/** `https://host/owner/name/archive/…`: the segment before what all forges call alike. */
function projectOf(source: string): string | undefined {
  const segments = source.split('/')
  const index = segments.findIndex((segment) => /^(archive|releases|-|refs|tarball|snapshot)$/.test(segment))
  return index > 3 ? segments[index - 1] : undefined
}

function usableName(name: string | undefined): string | undefined {
  const lower = name?.toLowerCase()
  return lower === undefined || packageNameFault(lower) !== undefined ? undefined : lower
}
