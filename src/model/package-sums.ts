import { type TreePath, treePathFault } from './tree-path.ts'

/** What a package's files were when it was installed, kept beside the KISS database. */
export interface PackageSums {
  /** SHA-256 of the manifest that these belong to: with another one they count for nothing. */
  readonly manifest: string
  /** By path, as the manifest has it. */
  readonly sums: ReadonlyMap<TreePath, PathSum>
}

export type PathSum =
  | { readonly kind: 'file'; readonly mode: number; readonly sizeBytes: number; readonly sha256: string }
  /** `sha256` of what the link holds. */
  | { readonly kind: 'symlink'; readonly sha256: string }
  | { readonly kind: 'directory' | 'fifo'; readonly mode: number }

/**
 * The text of a `sums` file: bytes as latin1, bytewise by path.
 *
 *     manifest <sha256>
 *     file 4755 35120 <sha256> /usr/bin/pigz
 *     symlink - - <sha256> /usr/bin/unpigz
 *     directory 0755 - - /usr/share/pigz
 */
export function printPackageSums({ manifest, sums }: PackageSums): string {
  const lines = [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, sum]) => printSum(path, sum))
  return [`manifest ${manifest}`, ...lines, ''].join('\n')
}

function printSum(path: TreePath, sum: PathSum): string {
  switch (sum.kind) {
    case 'file':
      return `file ${octal(sum.mode)} ${sum.sizeBytes} ${sum.sha256} ${path}`
    case 'symlink':
      return `symlink - - ${sum.sha256} ${path}`
    case 'directory':
    case 'fifo':
      return `${sum.kind} ${octal(sum.mode)} - - ${path}`
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/** Undefined for anything that printPackageSums does not write: then there are no sums. */
export function parsePackageSums(text: string): PackageSums | undefined {
  const [head = '', ...lines] = text.split('\n')
  const manifest = /^manifest ([0-9a-f]{64})$/.exec(head)?.[1]
  if (manifest === undefined || lines.pop() !== '') return undefined
  const sums = new Map<TreePath, PathSum>()
  for (const line of lines) {
    const parsed = parseSum(line)
    if (parsed === undefined) return undefined
    sums.set(...parsed)
  }
  return { manifest, sums }
}

function parseSum(line: string): [TreePath, PathSum] | undefined {
  const [, kind, mode = '', size = '', sha256 = '', path = ''] =
    /^(file|symlink|directory|fifo) ([0-7]{4}|-) (\d+|-) ([0-9a-f]{64}|-) (\/.*)$/s.exec(line) ?? []
  if (treePathFault(path) !== undefined) return undefined
  const place = path as TreePath
  const hasSum = sha256 !== '-'
  const number = Number.parseInt(mode, 8)
  switch (kind) {
    case 'file':
      return hasSum && mode !== '-' && size !== '-'
        ? [place, { kind, mode: number, sizeBytes: Number(size), sha256 }]
        : undefined
    case 'symlink':
      return hasSum ? [place, { kind, sha256 }] : undefined
    case 'directory':
    case 'fifo':
      return mode !== '-' ? [place, { kind, mode: number }] : undefined
    default:
      return undefined
  }
}
