import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface InstalledSpec {
  readonly version?: string
  readonly depends?: string
  /** Paths in the root, with what the files hold. */
  readonly files?: Readonly<Record<string, string>>
  /** Other files of the database entry. */
  readonly entry?: Readonly<Record<string, string>>
}

/** For tests: puts a package into a root as sh kiss does, files and database entry with its manifest. */
export function installByHand(root: string, name: string, spec: InstalledSpec = {}): void {
  const entry = `/var/db/kiss/installed/${name}`
  const { version = '1.0 1', depends, files = {}, entry: others = {} } = spec
  const all: Record<string, string> = { ...files, [`${entry}/version`]: `${version}\n` }
  if (depends !== undefined) all[`${entry}/depends`] = depends
  for (const [file, text] of Object.entries(others)) all[`${entry}/${file}`] = text
  const lines = new Set([...Object.keys(all), `${entry}/manifest`])
  for (const path of [...lines])
    for (let above = dirname(path); above !== '/'; above = dirname(above)) lines.add(`${above}/`)
  const manifest = [...lines].sort((one, other) => (one < other ? 1 : -1)).join('\n')
  for (const [path, text] of Object.entries({ ...all, [`${entry}/manifest`]: `${manifest}\n` })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
