import type { Problem } from './problem.ts'

/** One line of a `sources` file as text, before the file system is asked what it is. */
export interface SourceLine {
  /** The first word, verbatim: what hooks see and what people recognise. Empty for a blank line, `#…` for a comment. */
  readonly text: string
  /** Rest of the line without trailing slashes, relative to the build directory; undefined: the build directory itself. */
  readonly destination: string | undefined
  readonly line: number
  readonly kind: 'comment' | 'git' | 'remote' | 'local'
}

export interface SourcesReading {
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

export interface GitSource {
  /** Without `git+` and without branch or commit. */
  readonly url: string
  /** Name of the checkout in the cache: the part after the last slash of URL with reference, cut at its last `@` or `#`. */
  readonly directoryName: string
  readonly reference:
    | { readonly kind: 'default' }
    | { readonly kind: 'branch-or-tag'; readonly name: string }
    | { readonly kind: 'commit'; readonly id: string }
}

/** Whether a source has a line in `checksums`: files have, git sources and directories do not. */
export function isHashable(source: Source): boolean {
  if (source.kind === 'file') return !source.path.endsWith('.')
  return source.kind === 'remote' && !source.text.endsWith('.')
}
