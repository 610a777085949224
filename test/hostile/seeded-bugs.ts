import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { createTarReader, type TarMember } from '../../src/system/archive/tar-reader.ts'
import type { Unpacker } from './try-archive.ts'
import { unpackHere } from './try-archive.ts'

/**
 * Unpackers with the faults that others had, for the tests of the tests: the generated archives must find each of them. Only to be run
 * where nothing but the canary can be written.
 */
export const seededBugs = {
  /** Names are checked, and then followed as a path: through whatever link lies on the way (apko, RPM). */
  'follows-links': naive({ checksNames: true, checksLinks: true, removesFirst: true }),
  /** A file is written over what is there, also a link (cpio). */
  'writes-through': naive({ checksNames: true, checksLinks: true, removesFirst: false }),
  /** Hard links go to anything that the file system has (node-tar). */
  'links-anything': naive({ checksNames: true, checksLinks: false, removesFirst: true }),
  /** Names may leave the directory. */
  'leaves-by-name': naive({ checksNames: false, checksLinks: true, removesFirst: true }),
  /** What is told is not what is there. */
  'tells-lies': async (bytes, directory) => {
    const contents = new Map(await unpackHere(bytes, directory))
    for (const [path, content] of contents)
      if (content.kind === 'file') contents.set(path, { ...content, mode: content.mode & 0o777 })
    return contents
  },
} as const satisfies Readonly<Record<string, Unpacker>>

export type SeededBug = keyof typeof seededBugs

interface Faults {
  readonly checksNames: boolean
  readonly checksLinks: boolean
  readonly removesFirst: boolean
}

function naive(faults: Faults): Unpacker {
  return async (bytes, directory) => {
    let content: Buffer[] = []
    let member: TarMember | undefined
    const reader = createTarReader(
      'x.tar',
      {
        onMember: (next) => {
          member = next
          content = []
        },
        onContent: (chunk) => content.push(Buffer.from(chunk)),
        onMemberEnd: () => {
          if (member !== undefined) place(member, Buffer.concat(content), directory, faults)
        },
      },
      { members: 1000, totalBytes: 1 << 24 },
    )
    reader.push(bytes)
    reader.end()
    return undefined
  }
}

function place(
  member: TarMember,
  content: Buffer,
  directory: string,
  { checksNames, checksLinks, removesFirst }: Faults,
): void {
  const leaves = (name: string): boolean => name.startsWith('/') || name.split('/').includes('..')
  if (checksNames && leaves(member.path)) return
  const target = member.path.startsWith('/') ? member.path : join(directory, member.path)
  try {
    fs.mkdirSync(dirname(target), { recursive: true })
    if (member.type === 'directory') fs.mkdirSync(target, { recursive: true })
    else if (removesFirst) fs.rmSync(target, { force: true })
    if (member.type === 'file') fs.writeFileSync(target, content)
    if (member.type === 'symlink') fs.symlinkSync(member.linkName, target)
    if (member.type === 'hardlink' && !(checksLinks && leaves(member.linkName)))
      fs.linkSync(member.linkName.startsWith('/') ? member.linkName : join(directory, member.linkName), target)
  } catch {
    // Somebody this careless goes on.
  }
}
