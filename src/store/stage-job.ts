import { parentPath, type TreePath, treePathFault } from '../model/tree-path.ts'
import { artifactPathFault } from '../system/archive/artifact-path.ts'
import { parseFileCapability } from '../system/file-capability.ts'
import { isKeptXattr, type RefusedXattr } from '../system/file-xattrs.ts'
import type { StagedContent, StagedContents } from './staged-content.ts'

/** What the process that unpacks is told, as JSON in its arguments. The tarball is its descriptor 3. */
export interface StageJob {
  /** Path of the tarball, for errors. */
  readonly artifact: string
  readonly directory: string
  readonly runsPrograms: boolean
  /** Process id of the kith that asks. */
  readonly owner: number
}

export const artifactDescriptor = 3

/** What it tells, a line of JSON each: one for each path, then how it ended. */
export type StageLine =
  | ({ readonly path: TreePath } & StagedContent)
  | { readonly kind: 'unpacked'; readonly refusedXattrs: readonly RefusedXattr[] }
  | { readonly kind: 'failed'; readonly code: string; readonly details: Readonly<Record<string, string>> }

type StageEnd = Exclude<StageLine, { readonly path: TreePath }>

/** What the process told, checked like anything hostile: it has read a hostile archive. */
export type StageReading =
  | { readonly kind: 'unpacked'; readonly contents: StagedContents; readonly refusedXattrs: readonly RefusedXattr[] }
  | Extract<StageEnd, { readonly kind: 'failed' }>
  | { readonly kind: 'unreadable'; readonly reason: string }

const mostLineBytes = 1 << 20
const mostPaths = 2_000_000

export interface StageReader {
  /** Takes the next bytes that the process printed. Throws an Error where they are nothing that it should tell. */
  readonly push: (bytes: Uint8Array) => void
  readonly end: () => StageReading
}

export function createStageReader(): StageReader {
  const contents = new Map<TreePath, StagedContent>()
  let ending: StageEnd | undefined
  let rest = ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const take = (line: string): void => {
    if (ending !== undefined) throw new Error('it told more after the end')
    const told = parseStageLine(line)
    if (told.kind === 'unpacked' || told.kind === 'failed') {
      ending = told
      return
    }
    const { path, ...content } = told
    if (contents.has(path)) throw new Error('it told one path twice')
    if (contents.size >= mostPaths) throw new Error('it told too many paths')
    contents.set(path, content)
  }
  return {
    push(bytes) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > mostLineBytes) throw new Error('it told a line without end')
      for (const line of lines) take(line)
    },
    end() {
      if (ending === undefined || rest !== '') return { kind: 'unreadable', reason: 'it did not tell how it ended' }
      if (ending.kind === 'failed') return ending
      const reason = contentsFault(contents)
      if (reason !== undefined) return { kind: 'unreadable', reason }
      return { kind: 'unpacked', contents, refusedXattrs: ending.refusedXattrs }
    },
  }
}

function contentsFault(contents: StagedContents): string | undefined {
  for (const path of contents.keys()) {
    const parent = parentPath(path)
    if (parent !== '/' && contents.get(parent)?.kind !== 'directory') return 'it told a path below no directory'
  }
  return undefined
}

/** Throws an Error for everything that is no line. */
export function parseStageLine(line: string): StageLine {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null) throw new Error('it told no object')
  const fields = value as Readonly<Record<string, unknown>>
  switch (fields.kind) {
    case 'unpacked':
      return { kind: 'unpacked', refusedXattrs: parseRefused(fields.refusedXattrs) }
    case 'failed':
      return { kind: 'failed', code: parseText(fields.code, 100), details: parseDetails(fields.details) }
    default:
      return { path: parsePath(fields.path), ...parseContent(fields) }
  }
}

function parseContent(fields: Readonly<Record<string, unknown>>): StagedContent {
  switch (fields.kind) {
    case 'file': {
      const sizeBytes = parseNumber(fields.sizeBytes, Number.MAX_SAFE_INTEGER)
      const sha256 = parseText(fields.sha256, 64)
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('it told a hash that is none')
      const capability = fields.capability === undefined ? undefined : parseBytes(fields.capability, 24)
      if (capability !== undefined && parseFileCapability(capability) === undefined)
        throw new Error('it told malformed capabilities')
      const content = { kind: 'file', mode: parseMode(fields.mode), sizeBytes, sha256 } as const
      return capability === undefined ? content : { ...content, capability }
    }
    case 'symlink': {
      const to = parseBytes(fields.to, 4095)
      if (to === '' || to.includes('\0')) throw new Error('it told an impossible link')
      return { kind: 'symlink', to }
    }
    case 'directory':
    case 'fifo':
      return { kind: fields.kind, mode: parseMode(fields.mode) }
    default:
      throw new Error('it told something of no kind')
  }
}

function parsePath(value: unknown): TreePath {
  const path = parseBytes(value, 4095)
  if (path === '/' || treePathFault(path) !== undefined) throw new Error('it told a path that is none')
  if (artifactPathFault(path as TreePath) !== undefined) throw new Error('it told a path that no artifact can have')
  return path as TreePath
}

function parseMode(value: unknown): number {
  return parseNumber(value, 0o7777)
}

function parseNumber(value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) return value
  throw new Error('it told a number that is none')
}

function parseText(value: unknown, most: number): string {
  if (typeof value === 'string' && value.length <= most) return value
  throw new Error('it told a text that is none')
}

/** Bytes, each a character below 256. */
function parseBytes(value: unknown, most: number): string {
  const bytes = parseText(value, most)
  if (/^[\x00-\xff]*$/.test(bytes)) return bytes
  throw new Error('it told bytes that are none')
}

function parseRefused(value: unknown): RefusedXattr[] {
  if (!Array.isArray(value)) throw new Error('it told no list')
  return value.map((one: unknown): RefusedXattr => {
    const { path, name, reason } = Object(one) as Readonly<Record<string, unknown>>
    if (reason !== 'forbidden' && reason !== 'unsupported') throw new Error('it told an attribute without a reason')
    const attribute = parseBytes(name, 255)
    if (!isKeptXattr(attribute)) throw new Error('it told an attribute that is none')
    return { path: parsePath(path), name: attribute, reason }
  })
}

function parseDetails(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) throw new Error('it told no details')
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, parseText(text, 10_000)]))
}
