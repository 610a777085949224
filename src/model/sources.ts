import { type GitSource, parseGitSource } from './git-source.ts'
import type { Problem } from './problem.ts'

/** One line of a `sources` file as text, before the file system is asked what it is. */
export interface SourceLine {
  /** The first word, verbatim: what hooks see and what people recognise. Empty for a blank line, `#…` for a comment. */
  readonly text: string
  /**
   * Rest of the line, relative to the build directory; undefined: the build directory itself. Without trailing slashes,
   * empty, `.` and `..` segments: it never leaves the build directory. Undefined for comments.
   */
  readonly destination: string | undefined
  readonly line: number
  readonly kind: 'comment' | 'git' | 'remote' | 'local'
}

export interface SourcesReading {
  /** One for each line of the file, comments and blank lines included. */
  readonly lines: readonly SourceLine[]
  readonly problems: readonly Problem[]
}

/** A source that a recipe really has, with everything known without fetching. */
export type Source =
  | { readonly kind: 'git'; readonly text: string; readonly destination: string | undefined; readonly git: GitSource }
  | {
      readonly kind: 'remote'
      readonly text: string
      readonly destination: string | undefined
      readonly fileName: string
    }
  | { readonly kind: 'file'; readonly text: string; readonly destination: string | undefined; readonly path: string }
  | {
      readonly kind: 'directory'
      readonly text: string
      readonly destination: string | undefined
      readonly path: string
    }

/** Whether a source has a line in `checksums`: files have, git sources and directories do not. */
export function isHashable(source: Source): boolean {
  if (source.kind === 'file') return !source.path.endsWith('.')
  return source.kind === 'remote' && !source.fileName.endsWith('.')
}

/**
 * Reads a `sources` file: `source [destination]` per line, any blanks and tabs between and around; the destination may hold
 * blanks. Lines that are empty or begin with `#` are kept as comments. Nothing in a source is expanded. A source is git when
 * it begins with `git+` (`gitPrefixes` says otherwise for older formats), remote when it holds `://`, local otherwise.
 * Example: `https://example.org/dtc-1.7.tar.gz  subprojects/dtc/`.
 */
export function parseSources(text: string, file: string, gitPrefixes: readonly string[] = ['git+']): SourcesReading {
  const problems: Problem[] = []
  const contents = text.split('\n')
  if (/^[ \t]*$/.test(contents.at(-1) ?? '')) contents.pop()
  const carriageReturn = contents.findIndex((content) => content.endsWith('\r'))
  if (carriageReturn >= 0)
    problems.push({
      severity: 'warning',
      file,
      line: carriageReturn + 1,
      sentence: 'lines end in CR LF',
      hint: 'Save it with LF',
    })
  const lines = contents.map((content, index) => {
    const parsed = parseLine(content, index + 1, gitPrefixes)
    for (const problem of parsed.problems) problems.push({ ...problem, file, line: index + 1 })
    return parsed.line
  })
  return { lines, problems }
}

type LineProblem = Pick<Problem, 'severity' | 'sentence' | 'hint'>

function parseLine(
  content: string,
  line: number,
  gitPrefixes: readonly string[],
): { readonly line: SourceLine; readonly problems: readonly LineProblem[] } {
  const [, text = '', rest = ''] = /^[ \t]*([^ \t]*)[ \t]*(.*?)[ \t]*$/s.exec(content.replace(/\r$/, '')) ?? []
  if (text === '' || text.startsWith('#'))
    return { line: { text, destination: undefined, line, kind: 'comment' }, problems: [] }
  const { destination, problem } = parseDestination(rest)
  const kind = sourceKind(text, gitPrefixes)
  const reason = sourceFault(text, kind, gitPrefixes)
  const problems = problem === undefined ? [] : [problem]
  if (reason !== undefined) problems.push({ severity: 'error', sentence: `cannot use source "${text}": ${reason}` })
  return { line: { text, destination, line, kind }, problems }
}

function sourceKind(text: string, gitPrefixes: readonly string[]): 'git' | 'remote' | 'local' {
  if (gitPrefixes.some((prefix) => text.startsWith(prefix))) return 'git'
  return text.includes('://') ? 'remote' : 'local'
}

function sourceFault(text: string, kind: SourceLine['kind'], gitPrefixes: readonly string[]): string | undefined {
  if (/[\x00-\x1f\x7f]/.test(text)) return 'it holds control characters'
  if (kind === 'remote' && remoteFileName(text) === undefined) return 'the URL names no file'
  if (kind !== 'git') return undefined
  const reading = parseGitSource(text, gitPrefixes)
  return reading.kind === 'fault' ? reading.reason : undefined
}

/** Name of a remote source in the cache: what follows the last slash, query and fragment included; undefined if nothing. */
export function remoteFileName(text: string): string | undefined {
  const [, path = ''] = /:\/\/+(.*?)\/*$/s.exec(text) ?? []
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name === '' || name === '.' || name === '..' ? undefined : name
}

function parseDestination(rest: string): { destination: string | undefined; problem: LineProblem | undefined } {
  const segments: string[] = []
  for (const segment of rest.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return refused(rest, 'it leads out of the build directory')
  }
  if (/[\x00-\x1f\x7f]/.test(rest)) return refused(rest, 'it holds control characters')
  const destination = segments.length === 0 ? undefined : segments.join('/')
  if (!rest.startsWith('/') || destination === undefined) return { destination, problem: undefined }
  const sentence = `destination "${rest}" is absolute; it means "${destination}" in the build directory`
  return { destination, problem: { severity: 'warning', sentence, hint: 'Remove the leading slash' } }
}

function refused(rest: string, reason: string): { destination: undefined; problem: LineProblem } {
  const sentence = `cannot use destination "${rest}": ${reason}`
  return { destination: undefined, problem: { severity: 'error', sentence, hint: 'Name a directory below the build' } }
}

/** One line for each source, `text destination`; what followed a comment's first word is not kept. */
export function printSources(lines: readonly Pick<SourceLine, 'text' | 'destination'>[]): string {
  return lines.map(({ text, destination }) => `${text}${destination === undefined ? '' : ` ${destination}`}\n`).join('')
}
