import type { Compression } from './artifact-name.ts'

/** What the end of a source's file name says: only that decides whether a build gets the file or its contents. */
export type ArchiveSuffix =
  | { readonly kind: 'plain' }
  | { readonly kind: 'archive'; readonly compression: Compression | 'none' }
  /** KISS takes it for an archive but knows no way to unpack it: `.tlz`, `.tar.br`, `.tar.sig`. */
  | { readonly kind: 'unusable'; readonly suffix: string }

/**
 * Archives end in `.tar`, in `.tar.` and 2 to 4 characters, or in `.t?z`. `.zip`, `.crate`, `.whl`, `.tar.xz?no-extract` and
 * a bare `download` are plain files.
 */
export function archiveSuffix(fileName: string): ArchiveSuffix {
  const suffix = /\.tar$|\.tar\.[^/]{2,4}$|\.t[^/]z$/.exec(fileName)?.[0]
  if (suffix === undefined) return { kind: 'plain' }
  const compression = endings.find(([ending]) => suffix.endsWith(ending))?.[1]
  return compression === undefined ? { kind: 'unusable', suffix } : { kind: 'archive', compression }
}

const endings: readonly (readonly [string, Compression | 'none'])[] = [
  ['.tbz', 'bz2'],
  ['.bz2', 'bz2'],
  ['.lzma', 'lzma'],
  ['.lz', 'lz'],
  ['.tar', 'none'],
  ['.tgz', 'gz'],
  ['.gz', 'gz'],
  ['.xz', 'xz'],
  ['.txz', 'xz'],
  ['.zst', 'zst'],
]
