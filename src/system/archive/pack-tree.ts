import * as fs from 'node:fs'
import { KithError } from '../../errors/kith-error.ts'
import { bytesText, childPath, parseTreePath, type TreePath } from '../../model/tree-path.ts'
import { failed } from '../failure.ts'
import type { Xattrs } from '../file-xattrs.ts'
import { hostPath } from '../tree.ts'
import { tarEndBytes, tarHeader, tarPadding, type WrittenMember } from './tar-writer.ts'

export interface PackOptions {
  /** No time in the archive is later, in seconds. */
  readonly newestMtime?: number | undefined
  /** Extended attributes of regular files: the tree itself is not asked, since what strips a file takes some of them away. */
  readonly xattrs?: ReadonlyMap<TreePath, Xattrs> | undefined
}

/**
 * The tar archive of what is in `directory` (it has no member itself): names begin with `./`, directories end in `/`, in
 * bytewise order, owned by root, modes exact, hard links within the tree kept. Equal trees give equal bytes. Throws
 * `io-failed`, also for sockets, devices and files that change meanwhile.
 */
export async function* packTree(directory: string, options: PackOptions = {}): AsyncGenerator<Uint8Array> {
  const state: PackState = {
    directory,
    options,
    linked: new Map(),
    buffer: Buffer.allocUnsafe(chunkBytes),
    used: 0,
  }
  yield* packDirectory(state, parseTreePath('/', directory))
  if (room(state) < tarEndBytes) yield takeBuffer(state)
  put(state, Buffer.alloc(tarEndBytes))
  yield takeBuffer(state)
}

/** Whole blocks, and more than any header. */
const chunkBytes = 1 << 19

interface PackState {
  readonly directory: string
  readonly options: PackOptions
  /** Member path of the first name of each file that has several. */
  readonly linked: Map<string, string>
  buffer: Buffer
  used: number
}

interface Entry {
  readonly path: TreePath
  /** As in the archive, for directories with the slash. */
  readonly name: string
  readonly isFile: boolean
}

function* packDirectory(state: PackState, parent: TreePath): Generator<Uint8Array> {
  for (const entry of listEntries(state, parent)) {
    if (entry.isFile) {
      yield* packFile(state, entry)
      continue
    }
    const member = describeOther(state, entry)
    yield* packHeader(state, member)
    if (member.type === 'directory') yield* packDirectory(state, entry.path)
  }
}

/** In the order of whole paths: `a-b` before `a/`, which is before `a/b`. */
function listEntries({ directory }: PackState, parent: TreePath): Entry[] {
  try {
    const found = fs.readdirSync(hostPath(directory, parent), { encoding: 'latin1', withFileTypes: true })
    return found
      .map((entry) => {
        const path = childPath(parent, entry.name)
        const isKnown = entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()
        // Some file systems do not tell types in their listings.
        const kind = isKnown ? entry : fs.lstatSync(hostPath(directory, path))
        return { path, name: `.${path}${kind.isDirectory() ? '/' : ''}`, isFile: kind.isFile() }
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    throw failed('pack', directory + bytesText(parent), error)
  }
}

/** What the header says of everything; a file is asked by its handle, the rest by its path. */
function commonFields({ options }: PackState, { name }: Entry, found: fs.Stats) {
  const newest = options.newestMtime ?? Number.POSITIVE_INFINITY
  return {
    path: name,
    mode: found.mode & 0o7777,
    mtime: Math.max(0, Math.floor(Math.min(found.mtimeMs / 1000, newest))),
  }
}

function describeOther(state: PackState, entry: Entry): WrittenMember {
  const target = hostPath(state.directory, entry.path)
  try {
    const found = fs.lstatSync(target)
    const type = typeOfOther(found)
    return {
      ...commonFields(state, entry, found),
      type,
      sizeBytes: 0,
      linkName: type === 'symlink' ? fs.readlinkSync(target, { encoding: 'buffer' }).toString('latin1') : '',
    }
  } catch (error) {
    throw failed('pack', state.directory + bytesText(entry.path), error)
  }
}

function typeOfOther(found: fs.Stats): WrittenMember['type'] {
  if (found.isDirectory()) return 'directory'
  if (found.isSymbolicLink()) return 'symlink'
  if (found.isFIFO()) return 'fifo'
  throw new Error(found.isSocket() ? 'a socket cannot be in a package' : 'a device cannot be in a package')
}

function* packHeader(state: PackState, member: WrittenMember): Generator<Uint8Array> {
  const header = tarHeader(member)
  if (room(state) < header.length) yield takeBuffer(state)
  put(state, header)
}

function* packFile(state: PackState, entry: Entry): Generator<Uint8Array> {
  const shown = state.directory + bytesText(entry.path)
  const fd = openForReading(state, entry.path, shown)
  try {
    const member = describeFile(state, entry, fd)
    yield* packHeader(state, member)
    for (let remaining = member.sizeBytes; remaining > 0; ) {
      if (room(state) === 0) yield takeBuffer(state)
      const read = readInto(fd, state, Math.min(remaining, room(state)), shown)
      if (read === 0) throw changed(shown)
      state.used += read
      remaining -= read
    }
    pad(state, member.sizeBytes)
  } finally {
    fs.closeSync(fd)
  }
}

function describeFile(state: PackState, entry: Entry, fd: number): WrittenMember {
  const found = statOf(fd, state, entry)
  if (!found.isFile()) throw changed(state.directory + bytesText(entry.path))
  const firstName = found.nlink > 1 ? firstNameOf(state, entry, fd) : entry.name
  const common = commonFields(state, entry, found)
  if (firstName !== entry.name) return { ...common, type: 'hardlink', sizeBytes: 0, linkName: firstName }
  return { ...common, type: 'file', sizeBytes: found.size, linkName: '', xattrs: state.options.xattrs?.get(entry.path) }
}

function statOf(fd: number, { directory }: PackState, { path }: Entry): fs.Stats {
  try {
    return fs.fstatSync(fd)
  } catch (error) {
    throw failed('pack', directory + bytesText(path), error)
  }
}

/** Name of the first link to the open file; its own where it is the first. */
function firstNameOf({ linked }: PackState, { name }: Entry, fd: number): string {
  // Inode numbers may need all 64 bits.
  const { dev, ino } = fs.fstatSync(fd, { bigint: true })
  const key = `${dev}:${ino}`
  const first = linked.get(key)
  if (first === undefined) linked.set(key, name)
  return first ?? name
}

function openForReading({ directory }: PackState, path: TreePath, shown: string): number {
  try {
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants
    return fs.openSync(hostPath(directory, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    throw failed('pack', shown, error)
  }
}

function readInto(fd: number, { buffer, used }: PackState, length: number, shown: string): number {
  try {
    return fs.readSync(fd, buffer, used, length, null)
  } catch (error) {
    throw failed('pack', shown, error)
  }
}

function changed(path: string): KithError<'io-failed'> {
  return new KithError('io-failed', { action: 'pack', path, reason: 'it changed meanwhile' })
}

/** All that was put before is whole blocks, so that the rest of this one is in the buffer. */
function pad(state: PackState, sizeBytes: number): void {
  const padding = tarPadding(sizeBytes)
  state.buffer.fill(0, state.used, state.used + padding)
  state.used += padding
}

function room({ buffer, used }: PackState): number {
  return buffer.length - used
}

function put(state: PackState, bytes: Buffer): void {
  bytes.copy(state.buffer, state.used)
  state.used += bytes.length
}

/** Gives away what is in the buffer and begins a new one. */
function takeBuffer(state: PackState): Buffer {
  const taken = state.buffer.subarray(0, state.used)
  state.buffer = Buffer.allocUnsafe(chunkBytes)
  state.used = 0
  return taken
}
