import * as fs from 'node:fs'
import { bytesText, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import { errorCode, failed } from './failure.ts'

/**
 * Trees whose names come from builds, archives or a root: names are bytes, symlinks are never followed. `directory` is
 * ours and trusted; every path below it is a TreePath. Every function throws `io-failed`.
 */
export interface TreeEntry {
  readonly path: TreePath
  readonly kind: 'file' | 'directory' | 'symlink' | 'fifo' | 'other'
  readonly mode: number
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly device: number
  readonly inode: number
  /** Number of hard links. */
  readonly links: number
  /** User id. */
  readonly owner: number
}

/** Where `path` is on the host (`directory` is empty for the host's own root): text when that is the same as its bytes. */
export function hostPath(directory: string, path: TreePath): string | Buffer {
  const tail = path === '/' && directory !== '' ? '' : path
  if (/^[\x00-\x7f]*$/.test(tail)) return directory + tail
  return Buffer.concat([Buffer.from(directory), Buffer.from(tail, 'latin1')])
}

/** What is at `path`, or undefined where nothing is. */
export function treeEntry(directory: string, path: TreePath): TreeEntry | undefined {
  try {
    // Most that is looked for is not there: an error each time would cost more than the look.
    const found = fs.lstatSync(hostPath(directory, path), { throwIfNoEntry: false })
    return found && describe(path, found)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
    throw failed('look at', directory + bytesText(path), error)
  }
}

function describe(path: TreePath, found: fs.Stats): TreeEntry {
  const kind = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'symlink'
        : found.isFIFO()
          ? 'fifo'
          : 'other'
  return {
    path,
    kind,
    mode: found.mode & 0o7777,
    sizeBytes: found.size,
    mtimeMs: found.mtimeMs,
    device: found.dev,
    inode: found.ino,
    links: found.nlink,
    owner: found.uid,
  }
}

/**
 * What `path` of the host (absolute, as bytes) leads to, with its real path; undefined where nothing is. Where that path is
 * another file, as for links of /proc to what is deleted or in other namespaces, it throws as well.
 */
export function realEntry(path: string): TreeEntry | undefined {
  const bytes = Buffer.from(path, 'latin1')
  try {
    const found = fs.statSync(bytes)
    const real = fs.realpathSync.native(bytes, { encoding: 'buffer' })
    const entry = describe(real.toString('latin1') as TreePath, fs.lstatSync(real))
    if (entry.device !== found.dev || entry.inode !== found.ino) throw new Error('it leads to what has no path')
    return entry
  } catch (error) {
    if (isNothingAt(bytes)) return undefined
    throw failed('resolve', bytesText(path), error)
  }
}

function isNothingAt(path: Buffer): boolean {
  try {
    fs.statSync(path)
    return false
  } catch (error) {
    return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')
  }
}

/** Everything below `directory` (without itself), a directory before what is in it, names in bytewise order. */
export function* walkTree(directory: string, from: TreePath = '/' as TreePath): Generator<TreeEntry> {
  for (const name of treeNames(directory, from)) {
    const entry = treeEntry(directory, childPath(from, name))
    if (entry === undefined) continue
    yield entry
    if (entry.kind === 'directory') yield* walkTree(directory, entry.path)
  }
}

/** Names in the directory at `path`, in bytewise order. */
export function treeNames(directory: string, path: TreePath): string[] {
  try {
    const names = fs.readdirSync(hostPath(directory, path), { encoding: 'buffer' })
    return names.map((name) => name.toString('latin1')).sort((one, other) => (one < other ? -1 : 1))
  } catch (error) {
    throw failed('list', directory + bytesText(path), error)
  }
}

/** The bytes a symlink holds. */
export function treeLink(directory: string, path: TreePath): string {
  try {
    return fs.readlinkSync(hostPath(directory, path), { encoding: 'buffer' }).toString('latin1')
  } catch (error) {
    throw failed('read link', directory + bytesText(path), error)
  }
}

export interface CopyOptions {
  /** Copy what symlinks point to instead of the links; for directories of ours, such as a recipe. */
  readonly dereference?: boolean
  /** Keep modification times (otherwise: now). */
  readonly keepTimes?: boolean
}

/** Copies what is in `from` into `to` (made if need be): modes exact, existing files replaced, hard links kept apart. */
export function copyTree(from: string, to: string, options: CopyOptions = {}): void {
  fs.mkdirSync(to, { recursive: true })
  copyInto(Buffer.from(from), Buffer.from(to), options, 0)
}

function copyInto(from: Buffer, to: Buffer, options: CopyOptions, depth: number): void {
  const deepestLevel = 200
  if (depth > deepestLevel)
    throw failed('copy', from.toString(), new Error('directories are nested too deep (a link loop?)'))
  for (const name of fs.readdirSync(from, { encoding: 'buffer' })) {
    const source = Buffer.concat([from, slash, name])
    const target = Buffer.concat([to, slash, name])
    try {
      copyOne(source, target, options, depth)
    } catch (error) {
      if (error instanceof Error && error.name === 'KithError') throw error
      throw failed('copy', source.toString(), error)
    }
  }
}
const slash = Buffer.from('/')

function copyOne(source: Buffer, target: Buffer, options: CopyOptions, depth: number): void {
  const found = options.dereference === true ? fs.statSync(source) : fs.lstatSync(source)
  if (found.isDirectory()) {
    if (!isRealDirectory(target)) {
      fs.rmSync(target, { force: true })
      fs.mkdirSync(target)
    }
    copyInto(source, target, options, depth + 1)
  } else if (found.isSymbolicLink()) {
    fs.rmSync(target, { force: true })
    fs.symlinkSync(fs.readlinkSync(source, { encoding: 'buffer' }), target)
    return
  } else if (found.isFile()) {
    fs.rmSync(target, { force: true })
    fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE)
  } else return
  fs.chmodSync(target, found.mode & 0o7777)
  if (options.keepTimes === true) fs.utimesSync(target, found.atime, found.mtime)
}

function isRealDirectory(path: Buffer): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Copies the named entries of `from` (those that are there) to the same places below `to`, parents first. Hard links stay. */
export function copyEntries(from: string, entries: readonly { readonly path: TreePath }[], to: string): void {
  const ascending = entries.map(({ path }) => path).sort((one, other) => (one < other ? -1 : 1))
  const copies = new Map<string, string | Buffer>()
  for (const path of ascending) {
    const entry = treeEntry(from, path)
    if (entry === undefined) continue
    const source = hostPath(from, path)
    const target = hostPath(to, path)
    try {
      if (entry.kind === 'directory') fs.mkdirSync(target, { recursive: true, mode: entry.mode })
      else {
        fs.mkdirSync(hostPath(to, parentPath(path)), { recursive: true })
        const file = `${entry.device} ${entry.inode}`
        const copy = entry.links > 1 ? copies.get(file) : undefined
        if (copy === undefined) copyLeaf(entry, source, target)
        else fs.linkSync(copy, target)
        copies.set(file, target)
      }
    } catch (error) {
      throw failed('copy', from + bytesText(path), error)
    }
  }
}

function copyLeaf(entry: TreeEntry, source: string | Buffer, target: string | Buffer): void {
  if (entry.kind === 'symlink') fs.symlinkSync(fs.readlinkSync(source, { encoding: 'buffer' }), target)
  if (entry.kind !== 'file') return
  fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE)
  fs.chmodSync(target, entry.mode)
  fs.utimesSync(target, entry.mtimeMs / 1000, entry.mtimeMs / 1000)
}

/** Moves what is in the directory `path` into the directory `target` of the same tree; `path` is gone afterwards. */
export function mergeDirectory(directory: string, path: TreePath, target: TreePath): void {
  try {
    fs.mkdirSync(hostPath(directory, target), { recursive: true })
    for (const name of treeNames(directory, path)) {
      const from = childPath(path, name)
      const to = childPath(target, name)
      const both = [from, to].every((one) => treeEntry(directory, one)?.kind === 'directory')
      if (both) mergeDirectory(directory, from, to)
      else fs.renameSync(hostPath(directory, from), hostPath(directory, to))
    }
    fs.rmdirSync(hostPath(directory, path))
  } catch (error) {
    if (error instanceof Error && error.name === 'KithError') throw error
    throw failed('merge', directory + bytesText(path), error)
  }
}
