import { join } from 'node:path'
import { archiveSuffix } from '../model/archive-suffix.ts'
import { parseGitSource } from '../model/git-source.ts'
import type { Problem } from '../model/problem.ts'
import { remoteFileName, type Source, type SourceLine } from '../model/sources.ts'
import { reachableKind } from './reachable-kind.ts'

export interface SourcesResolution {
  /** In file order; a line with a problem is left out. */
  readonly sources: readonly Source[]
  readonly problems: readonly Problem[]
}

export interface ResolveOptions {
  /** The package directory: local sources are looked up below it first. */
  readonly directory: string
  /** The sources file, for problems. */
  readonly file: string
  readonly gitPrefixes: readonly string[]
}

/**
 * Finds out what each source line stands for, in KISS's order: git, remote, directory in the package directory, absolute
 * directory, file in the package directory, absolute file. Links are followed and may point anywhere. Lines that the parser
 * found unusable are skipped, a local source that is nowhere is a problem.
 */
export function resolveSources(lines: readonly SourceLine[], options: ResolveOptions): SourcesResolution {
  const sources: Source[] = []
  const problems: Problem[] = []
  for (const line of lines) {
    const source = resolveLine(line, options)
    const sentence = source === undefined ? missingSentence(line) : unusableSentence(source)
    if (sentence !== undefined) problems.push({ severity: 'error', file: options.file, line: line.line, ...sentence })
    if (source !== undefined) sources.push(source)
  }
  return { sources, problems }
}

type Sentence = Pick<Problem, 'sentence' | 'hint'> | undefined

function resolveLine(line: SourceLine, { directory, gitPrefixes }: ResolveOptions): Source | undefined {
  const { text, destination } = line
  switch (line.kind) {
    case 'comment':
      return undefined
    case 'git': {
      const reading = parseGitSource(text, gitPrefixes)
      return reading.kind === 'git' ? { kind: 'git', text, destination, git: reading.git } : undefined
    }
    case 'remote': {
      const fileName = remoteFileName(text)
      return fileName === undefined ? undefined : { kind: 'remote', text, destination, fileName }
    }
    case 'local':
      return resolveLocal(text, destination, directory)
  }
}

function resolveLocal(text: string, destination: string | undefined, directory: string): Source | undefined {
  const own = join(directory, text)
  const absolute = join('/', text)
  const ownKind = reachableKind(own)
  if (ownKind === 'directory') return { kind: 'directory', text, destination, path: own }
  const absoluteKind = reachableKind(absolute)
  if (absoluteKind === 'directory') return { kind: 'directory', text, destination, path: absolute }
  if (ownKind === 'file') return { kind: 'file', text, destination, path: own }
  return absoluteKind === 'file' ? { kind: 'file', text, destination, path: absolute } : undefined
}

function missingSentence({ kind, text }: SourceLine): Sentence {
  if (kind !== 'local') return undefined
  return { sentence: `No local file "${text}"`, hint: 'Add the file to the package directory, or correct the line' }
}

function unusableSentence(source: Source): Sentence {
  if (source.kind === 'git' || source.kind === 'directory') return undefined
  const suffix = archiveSuffix(source.kind === 'file' ? source.path : source.fileName)
  if (suffix.kind !== 'unusable') return undefined
  return {
    sentence: `"${source.text}" counts as an archive, but nothing unpacks "${suffix.suffix}"`,
    hint: `Use another archive, or append "?no-extract" to a URL and unpack it in the build script`,
  }
}
