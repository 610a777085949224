import { KithError } from '../../errors/kith-error.ts'
import { bytesText } from '../../model/tree-path.ts'
import { noXattrs, type Xattrs } from '../file-xattrs.ts'
import { parseXattrRecords } from './member-xattrs.ts'
import { type PaxRecords, parsePaxRecords } from './pax-records.ts'
import { blockBytes, parseTarHeader, type TarHeader } from './tar-header.ts'

export interface TarMember {
  /** Bytes (latin1) exactly as stored: may be absolute, hold `..`, end in `/`. Never holds NUL. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'character' | 'block' | 'other'
  /** At most 0o7777. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Whole seconds, rounded down. */
  readonly mtime: number
  readonly sizeBytes: number
  readonly linkName: string
  /** As stored, of any kind and size. */
  readonly xattrs: Xattrs
}

/** Gets what an archive holds, in its order: one `onMember`, its content in pieces, one `onMemberEnd`. */
export interface TarSink {
  readonly onMember: (member: TarMember) => void
  /** `chunk` is only valid during the call. */
  readonly onContent: (chunk: Uint8Array) => void
  readonly onMemberEnd: () => void
}

export interface TarLimits {
  /** Headers of every kind. */
  readonly members: number
  /** Content of all members and extended headers. */
  readonly totalBytes: number
}

export interface TarReader {
  /** Takes the next bytes; what follows the end of the archive is ignored. Throws `archive-invalid`. */
  readonly push: (chunk: Uint8Array) => void
  /** No more bytes will come. Throws `archive-invalid` where that cuts a member. */
  readonly end: () => void
}

/**
 * Reads ustar, pax, GNU (long names, base 256) and version 7. Like GNU tar it takes a first block of zeros, or the end of
 * the bytes after a whole member, for the end. Refuses sparse files and other types that only GNU tar knows.
 */
export function createTarReader(archive: string, sink: TarSink, limits: TarLimits): TarReader {
  const state: ReaderState = {
    archive,
    sink,
    limits,
    phase: 'header',
    partial: Buffer.alloc(blockBytes),
    partialBytes: 0,
    remaining: 0,
    padding: 0,
    offset: 0,
    headers: 0,
    totalBytes: 0,
    globalBytes: 0,
    global: new Map(),
    local: new Map(),
    extension: undefined,
  }
  return { push: (chunk) => push(state, chunk), end: () => end(state) }
}

const extensionLimitBytes = 1 << 20

interface ReaderState {
  readonly archive: string
  readonly sink: TarSink
  readonly limits: TarLimits
  phase: 'header' | 'content' | 'extension' | 'padding' | 'done'
  /** A header block that came in pieces. */
  readonly partial: Buffer
  partialBytes: number
  /** Of the content or extension that is being read. */
  remaining: number
  padding: number
  /** Where the next header begins. */
  offset: number
  headers: number
  totalBytes: number
  globalBytes: number
  readonly global: Map<string, string>
  /** For the next member only. */
  readonly local: Map<string, string>
  extension: { readonly typeFlag: string; readonly bytes: Buffer } | undefined
}

function push(state: ReaderState, bytes: Uint8Array): void {
  const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let position = 0; position < chunk.length && state.phase !== 'done'; ) {
    const available = chunk.length - position
    switch (state.phase) {
      case 'header':
        position += takeHeader(state, chunk, position)
        break
      case 'content': {
        const length = Math.min(available, state.remaining)
        state.sink.onContent(chunk.subarray(position, position + length))
        state.remaining -= length
        position += length
        if (state.remaining === 0) finishMember(state)
        break
      }
      case 'extension': {
        const length = Math.min(available, state.remaining)
        const target = state.extension?.bytes
        if (target !== undefined) chunk.copy(target, target.length - state.remaining, position, position + length)
        state.remaining -= length
        position += length
        if (state.remaining === 0) finishExtension(state)
        break
      }
      case 'padding': {
        const length = Math.min(available, state.padding)
        state.padding -= length
        position += length
        if (state.padding === 0) state.phase = 'header'
        break
      }
    }
  }
}

function end(state: ReaderState): void {
  if (state.phase === 'done') return
  if (state.headers === 0 && state.partialBytes === 0) throw invalid(state, 'it is empty')
  if (state.phase !== 'header' || state.partialBytes > 0 || state.local.size > 0)
    throw invalid(state, 'it is truncated: it ends inside a member')
}

/** Gives how many bytes of `chunk` it used. */
function takeHeader(state: ReaderState, chunk: Buffer, position: number): number {
  if (state.partialBytes === 0 && chunk.length - position >= blockBytes) {
    readHeader(state, chunk, position)
    return blockBytes
  }
  const used = chunk.copy(state.partial, state.partialBytes, position)
  state.partialBytes += used
  if (state.partialBytes === blockBytes) {
    state.partialBytes = 0
    readHeader(state, state.partial, 0)
  }
  return used
}

function readHeader(state: ReaderState, buffer: Buffer, position: number): void {
  const reading = parseTarHeader(buffer, position)
  if (reading.kind === 'fault') throw invalid(state, `${reading.reason} (at byte ${state.offset})`)
  if (reading.kind === 'end') {
    if (state.local.size > 0) throw invalid(state, 'an extended header has no member')
    state.phase = 'done'
    return
  }
  const { header } = reading
  if (++state.headers > state.limits.members) throw invalid(state, `it has more than ${state.limits.members} members`)
  if ('xgXLK'.includes(header.typeFlag)) startExtension(state, header)
  else startMember(state, header)
}

function startExtension(state: ReaderState, header: TarHeader): void {
  if (header.sizeBytes < 0 || header.sizeBytes > extensionLimitBytes)
    throw invalid(state, `an extended header of ${header.sizeBytes} bytes is not acceptable`)
  reserve(state, header.sizeBytes)
  state.extension = { typeFlag: header.typeFlag, bytes: Buffer.alloc(header.sizeBytes) }
  if (header.sizeBytes === 0) finishExtension(state)
  else state.phase = 'extension'
}

function finishExtension(state: ReaderState): void {
  const { typeFlag = '', bytes = Buffer.alloc(0) } = state.extension ?? {}
  state.extension = undefined
  const text = bytes.toString('latin1')
  if (typeFlag === 'L' || typeFlag === 'K') {
    const nul = text.indexOf('\0')
    const key = typeFlag === 'L' ? longName : longLink
    state.local.set(key, nul === -1 ? text : text.slice(0, nul))
  } else {
    const records = parsePaxRecords(text)
    if (typeof records === 'string') throw invalid(state, records)
    if (typeFlag === 'g') {
      state.globalBytes += bytes.length
      if (state.globalBytes > extensionLimitBytes) throw invalid(state, 'its global headers are too large')
    }
    const target = typeFlag === 'g' ? state.global : state.local
    for (const [key, value] of records) target.set(key, value)
  }
  state.phase = state.padding > 0 ? 'padding' : 'header'
}
/** Keys of our own, which no pax record can have. */
const longName = '=L'
const longLink = '=K'

function startMember(state: ReaderState, header: TarHeader): void {
  const records = state.global.size === 0 ? state.local : new Map([...state.global, ...state.local])
  const member = describeMember(state, header, records)
  state.local.clear()
  reserve(state, member.sizeBytes)
  state.sink.onMember(member)
  if (member.sizeBytes === 0) finishMember(state)
  else state.phase = 'content'
}

/** Sets out to read `sizeBytes` and the padding up to a whole block. */
function reserve(state: ReaderState, sizeBytes: number): void {
  state.totalBytes += sizeBytes
  if (state.totalBytes > state.limits.totalBytes)
    throw invalid(state, `its content is larger than ${state.limits.totalBytes} bytes`)
  state.remaining = sizeBytes
  state.padding = (blockBytes - (sizeBytes % blockBytes)) % blockBytes
  state.offset += blockBytes + sizeBytes + state.padding
}

function finishMember(state: ReaderState): void {
  state.sink.onMemberEnd()
  state.phase = state.padding > 0 ? 'padding' : 'header'
}

function describeMember(state: ReaderState, header: TarHeader, records: PaxRecords): TarMember {
  const path = nonEmpty(records, 'path') ?? records.get(longName) ?? header.path
  const linkName = nonEmpty(records, 'linkpath') ?? records.get(longLink) ?? header.linkName
  const refuse = (reason: string): KithError => invalid(state, reason, path)
  if (path === '') throw refuse('a member has no name')
  if (path.includes('\0') || linkName.includes('\0')) throw refuse('a name holds a NUL byte')

  const type = memberType(header.typeFlag, path)
  if (type === undefined) throw refuse(`members of type "${header.typeFlag}" (GNU dumps, volumes) are not supported`)
  if (header.typeFlag === 'S') throw refuse('sparse files are not supported')
  for (const key of records.keys()) if (key.startsWith('GNU.sparse.')) throw refuse('sparse files are not supported')

  const size = nonEmpty(records, 'size')
  if (size !== undefined && !/^[0-9]{1,15}$/.test(size)) throw refuse('the size in a pax header is no number')
  const mtime = nonEmpty(records, 'mtime')
  if (mtime !== undefined && !/^-?[0-9]{1,15}(\.[0-9]*)?$/.test(mtime))
    throw refuse('the time in a pax header is no number')
  // As GNU tar has it, the size of a hard link says how large the file is; no content follows.
  const sizeBytes = type === 'hardlink' ? 0 : size === undefined ? header.sizeBytes : Number(size)
  if (sizeBytes < 0) throw refuse(`a size of ${sizeBytes} bytes is impossible`)
  if (sizeBytes > 0 && type !== 'file' && type !== 'other') throw refuse(`a ${type} cannot have content`)
  return {
    path,
    type,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    mtime: mtime === undefined ? header.mtime : Math.floor(Number(mtime)),
    sizeBytes,
    linkName,
    xattrs: records.size === 0 ? noXattrs : parseXattrRecords(records),
  }
}

/** An empty value in a pax header takes back what was said before. */
function nonEmpty(records: PaxRecords, key: string): string | undefined {
  return records.get(key) || undefined
}

function memberType(typeFlag: string, path: string): TarMember['type'] | undefined {
  // Before there was a type for them, directories were files with a slash.
  if (typeFlag === '0' || typeFlag === '\0' || typeFlag === '7') return path.endsWith('/') ? 'directory' : 'file'
  if ('DMNV'.includes(typeFlag)) return undefined
  return typesByFlag[typeFlag] ?? 'other'
}

const typesByFlag: Readonly<Record<string, TarMember['type']>> = {
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}

function invalid(state: ReaderState, reason: string, member?: string): KithError<'archive-invalid'> {
  const { archive } = state
  return new KithError('archive-invalid', {
    archive,
    reason,
    ...(member === undefined ? {} : { member: bytesText(member) }),
  })
}
