import { type TreePath, treePathFault } from './tree-path.ts'

/** One line of a manifest. Directories end in `/` in the file (not in puke's older form). */
export interface ManifestEntry {
  readonly path: TreePath
  readonly isDirectory: boolean
}

export interface ManifestReading {
  readonly entries: readonly ManifestEntry[]
  /** Lines that are no path; a manifest from outside is refused when there are any. */
  readonly faults: readonly { readonly line: number; readonly reason: string }[]
}

/** Reads a manifest's bytes (latin1). Order is kept. */
export function parseManifest(bytes: string): ManifestReading {
  const entries: ManifestEntry[] = []
  const faults: { line: number; reason: string }[] = []
  bytes.split('\n').forEach((line, index) => {
    if (line === '') return
    const isDirectory = line.endsWith('/')
    const path = isDirectory ? line.slice(0, -1) : line
    const reason = path === '' || path === '/' ? 'the root itself cannot be listed' : treePathFault(path)
    if (reason === undefined) entries.push({ path: path as TreePath, isDirectory })
    else faults.push({ line: index + 1, reason })
  })
  return { entries, faults }
}

/** The manifest of `entries`: bytewise descending and unique, directories with a slash (so files precede their directory). */
export function printManifest(entries: Iterable<ManifestEntry>): string {
  const lines = new Set<string>()
  for (const { path, isDirectory } of entries) lines.add(isDirectory ? `${path}/` : path)
  return [...lines]
    .sort((one, other) => (one < other ? 1 : -1))
    .map((line) => `${line}\n`)
    .join('')
}
