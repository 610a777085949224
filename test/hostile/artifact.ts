import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RawMember, rawArchive } from '../../src/system/archive/archive-fixtures.ts'

export interface ArtifactSpec {
  readonly name: string
  readonly version?: string
  /** What the version file inside says. */
  readonly inside?: string
  readonly members: readonly RawMember[]
  /** More lines of the manifest than those of the members. */
  readonly listed?: readonly string[]
}

/**
 * Writes a tarball `<name>@<version>-1.tar.gz` of members as they are, in their order, with the files of a database entry after
 * them, and gives its path. Nothing that packs a tree would make some of these.
 */
export function writeArtifact(directory: string, spec: ArtifactSpec): string {
  const { name, version = '1', inside = version, members, listed = [] } = spec
  const entry = `/var/db/kiss/installed/${name}`
  const lines = [
    ...members.map((member) => (member.type === '5' ? `/${member.name}` : `/${member.name}`).replace(/^\/\.\//, '/')),
    ...listed,
    ...['/var/', '/var/db/', '/var/db/kiss/', '/var/db/kiss/installed/', `${entry}/`],
    ...['manifest', 'version'].map((file) => `${entry}/${file}`),
  ]
  const manifest = [...new Set(lines)].sort((one, other) => (one < other ? 1 : -1)).map((line) => `${line}\n`)
  const bytes = rawArchive(
    ...members,
    { name: `.${entry}/version`, content: `${inside} 1\n` },
    { name: `.${entry}/manifest`, content: manifest.join('') },
  )
  const file = join(directory, `${name}@${version}-1.tar.gz`)
  writeFileSync(file, Bun.gzipSync(new Uint8Array(bytes)))
  return file
}
