import { choicesDirectory, parseChoiceName } from './choice-name.ts'
import type { ManifestEntry } from './manifest.ts'
import { baseName, parentPath, type TreePath } from './tree-path.ts'

/** What sh kiss writes for a symlink: the BLAKE3 (33 bytes) of nothing. */
export const emptySum = 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262e0'

/**
 * Reads an `etcsums` file: one hash per line, 66 lower-case digits for BLAKE3 or 64 for SHA-256 (databases made before
 * autumn 2022). A line that is no hash stays as undefined, since lines count by position.
 */
export function parseEtcsums(text: string): (string | undefined)[] {
  const lines = text.split('\n').map((line) => line.trim())
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => (/^([0-9a-f]{66}|[0-9a-f]{64})$/.test(line) ? line : undefined))
}

/** One line per hash, in the order given: that of the manifest. */
export function printEtcsums(hexes: readonly string[]): string {
  return hexes.map((hex) => `${hex}\n`).join('')
}

export interface EtcsumsPairing {
  /** Paths that were dangling symlinks when the package was built: older files have no line for them. */
  readonly danglingLinks?: ReadonlySet<TreePath>
}

/**
 * Which hash belongs to which file below /etc. Files of 66 digits are in the order of the manifest. Those of 64 digits, and
 * those of 66 that have fewer lines than the manifest has files, are in ascending order and have no line for dangling
 * symlinks. Where the numbers still do not agree no file has a hash, so all of them count as changed by the user: nothing is
 * ever overwritten by mistake. Files that were moved to the choices keep their hash, under the path they were made for.
 */
export function pairEtcsums(
  entries: readonly ManifestEntry[],
  sums: readonly (string | undefined)[],
  { danglingLinks = new Set() }: EtcsumsPairing = {},
): Map<TreePath, string | undefined> {
  const paths = etcPaths(entries)
  const isAscending = sums.some((sum) => sum?.length === 64) || sums.length !== paths.length
  const listed = isAscending ? [...paths].sort((one, other) => (one < other ? -1 : 1)) : paths
  const remaining = sums.length === listed.length ? listed : listed.filter((path) => !danglingLinks.has(path))
  const pairs = new Map<TreePath, string | undefined>(paths.map((path) => [path, undefined]))
  if (remaining.length === sums.length) remaining.forEach((path, index) => void pairs.set(path, sums[index]))
  return pairs
}

/** The files below /etc in the order in which their hashes were written. */
function etcPaths(entries: readonly ManifestEntry[]): TreePath[] {
  const files = entries.filter(({ isDirectory }) => !isDirectory).map(({ path }) => path)
  const moved = files.filter((path) => parentPath(path) === choicesDirectory)
  const chosen = moved.flatMap((path) => parseChoiceName(baseName(path))?.path ?? [])
  const direct = files.filter(isBelowEtc)
  const added = chosen.filter((path) => isBelowEtc(path) && !direct.includes(path))
  return added.length === 0 ? direct : [...direct, ...added].sort((one, other) => (one < other ? 1 : -1))
}

function isBelowEtc(path: TreePath): boolean {
  return path.startsWith('/etc/')
}
