import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { KithError } from '../../src/errors/kith-error.ts'
import { inChunks } from '../../src/system/archive/archive-fixtures.ts'
import type { ExtractedContent } from '../../src/system/archive/extracted-content.ts'
import { unpackTar } from '../../src/system/archive/unpack-tar.ts'
import { removeTree } from '../../src/system/files.ts'
import { hostPath, treeLink, walkTree } from '../../src/system/tree.ts'
import type { Canary } from './canary.ts'
import { type Aim, type Generated, generateArchive } from './generate.ts'

/** Unpacks an archive and tells what it brought; refuses it by a KithError. */
export type Unpacker = (bytes: Buffer, directory: string) => Promise<ReadonlyMap<string, ExtractedContent> | undefined>

export type Outcome = 'unpacked' | 'refused'

export interface Trial {
  readonly outcome: Outcome | undefined
  /** What must not be, a line each. */
  readonly findings: readonly string[]
  /** The most that a process of its own had, or the one that started it. */
  readonly memoryBytes?: number
}

/** As an installation does, but in this process, where nothing but the unpacking itself stops anything. */
export const unpackHere: Unpacker = async (bytes, directory) => {
  const keeps = { keepsXattrs: true, keepsContents: true }
  const limits = { totalBytes: 1 << 24 }
  const { contents } = await unpackTar(inChunks(bytes, 4000), directory, {
    archive: 'x.tar',
    kind: 'artifact',
    limits,
    ...keeps,
  })
  return contents
}

/** Tries the archive of `seed` in a canary's root: what is outside must stay, what is inside must be what is told. */
export async function tryArchive(seed: number, canary: Canary, unpack: Unpacker): Promise<Trial> {
  const directory = join(canary.root, 't')
  mkdirSync(directory)
  const findings: string[] = []
  let outcome: Outcome | undefined
  const generated = generateArchive(seed, aimFrom(directory, canary))
  try {
    const contents = await unpack(generated.bytes, directory)
    outcome = 'unpacked'
    if (contents !== undefined) findings.push(...compareContents(contents, directory))
  } catch (error) {
    if (error instanceof KithError && error.code === 'archive-invalid') outcome = 'refused'
    else findings.push(`it crashed: ${error instanceof Error ? error.stack : String(error)}`)
  }
  removeQuickly(directory)
  findings.push(...canary.changes())
  const left = readdirSync(canary.root)
  if (left.length > 0) findings.push(`it left ${left.join(' ')} in the root`)
  return { outcome, findings: findings.map((one) => tell(seed, generated, one)) }
}

/** Paths that are too long for one call of the kernel are left to a program that goes by descriptors. */
function removeQuickly(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true })
  } catch {
    removeTree(directory)
  }
}

export function aimFrom(directory: string, { file, outside }: Canary): Aim {
  return { file, outside, up: `${relative(directory, join(outside, '..'))}/` }
}

function tell(seed: number, { description }: Generated, finding: string): string {
  return `seed ${seed}: ${finding}\n${description.map((line) => `  ${line}`).join('\n')}`
}

/** What is told against what is there. */
export function compareContents(contents: ReadonlyMap<string, ExtractedContent>, directory: string): string[] {
  const there = new Map<string, ExtractedContent | undefined>()
  for (const { path, kind, mode, sizeBytes } of walkTree(directory)) {
    if (kind === 'file') {
      const sha256 = new Bun.CryptoHasher('sha256').update(readFileSync(hostPath(directory, path))).digest('hex')
      there.set(path, { kind, mode, sizeBytes, sha256 })
    } else if (kind === 'symlink') there.set(path, { kind, to: treeLink(directory, path) })
    else there.set(path, kind === 'other' ? undefined : { kind, mode })
  }
  const shown = (content: ExtractedContent | undefined): string => {
    if (content?.kind !== 'file') return JSON.stringify(content) ?? 'nothing'
    const { kind, mode, sizeBytes, sha256 } = content
    return JSON.stringify({ kind, mode, sizeBytes, sha256 })
  }
  return [...new Set([...contents.keys(), ...there.keys()])]
    .filter((path) => shown(contents.get(path)) !== shown(there.get(path)))
    .map(
      (path) => `it told of ${JSON.stringify(path)} ${shown(contents.get(path))}, there is ${shown(there.get(path))}`,
    )
}
