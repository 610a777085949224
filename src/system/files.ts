import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCode, failed } from './failure.ts'
import { removeDeep } from './remove-deep.ts'

/**
 * Ordinary files of the host: cache, recipes, logs. Paths are text. Trees whose names come from archives or builds go
 * through tree.ts, where names are bytes. Every function throws `io-failed` with the path.
 */
export type FileKind = 'file' | 'directory' | 'symlink' | 'other'

export interface FileInfo {
  readonly kind: FileKind
  readonly mode: number
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly inode: number
  readonly device: number
  /** User and group ids. */
  readonly owner: number
  readonly group: number
}

/** Follows symlinks; undefined where nothing is there. */
export function fileInfo(path: string): FileInfo | undefined {
  return statWith(fs.statSync, path)
}

/** Does not follow a symlink at the end of `path`; undefined where nothing is there. */
export function linkInfo(path: string): FileInfo | undefined {
  return statWith(fs.lstatSync, path)
}

function statWith(stat: typeof fs.statSync | typeof fs.lstatSync, path: string): FileInfo | undefined {
  try {
    // Most that is looked for is not there: an error each time would cost more than the look.
    const found = stat(path, { throwIfNoEntry: false })
    return found && { ...describe(found), mode: found.mode & 0o7777, sizeBytes: found.size }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
    throw failed('look at', path, error)
  }
}

function describe(found: fs.Stats): Pick<FileInfo, 'kind' | 'mtimeMs' | 'inode' | 'device' | 'owner' | 'group'> {
  const kind = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'symlink'
        : 'other'
  return { kind, mtimeMs: found.mtimeMs, inode: found.ino, device: found.dev, owner: found.uid, group: found.gid }
}

export function isDirectory(path: string): boolean {
  return fileInfo(path)?.kind === 'directory'
}

export function isFile(path: string): boolean {
  return fileInfo(path)?.kind === 'file'
}

/** Whether a regular file is there that somebody may execute. */
export function isExecutable(path: string): boolean {
  const info = fileInfo(path)
  return info?.kind === 'file' && (info.mode & 0o111) !== 0
}

export function readText(path: string): string {
  return attempt('read', path, () => fs.readFileSync(path, 'utf8'))
}

export function readBytes(path: string): Buffer {
  return attempt('read', path, () => fs.readFileSync(path))
}

/** The bytes, one per UTF-16 unit: for manifests and other files that hold paths. */
export function readLatin1(path: string): string {
  return attempt('read', path, () => fs.readFileSync(path, 'latin1'))
}

const small = Buffer.allocUnsafe(1 << 14)

/**
 * The text of a small file, read with as few calls as can be: undefined where it is not there, is a link, or holds more, so that
 * the caller looks closer. It never waits, whatever is at `path`.
 */
export function readSmallText(path: string): string | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  let fd: number | undefined
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const length = fs.readSync(fd, small, 0, small.length, 0)
    return length < small.length ? small.toString('utf8', 0, length) : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}

/** What a directory holds, by name; undefined where there is no such directory. Links are not followed. */
export function readDirectoryKinds(path: string): Map<string, FileKind> | undefined {
  try {
    const kindOf = (one: fs.Dirent): FileKind =>
      one.isDirectory() ? 'directory' : one.isFile() ? 'file' : one.isSymbolicLink() ? 'symlink' : 'other'
    return new Map(fs.readdirSync(path, { withFileTypes: true }).map((one) => [one.name, kindOf(one)]))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw failed('list', path, error)
  }
}

/** Names in bytewise order; undefined where there is no such directory. */
export function readDirectory(path: string): string[] | undefined {
  try {
    return fs.readdirSync(path).sort((one, other) => (one < other ? -1 : 1))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw failed('list', path, error)
  }
}

/** With all directories above it. */
export function makeDirectory(path: string, mode = 0o755): void {
  attempt('create directory', path, () => fs.mkdirSync(path, { recursive: true, mode }))
}

/** Complete or not at all: written beside `path`, then renamed over it. */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o644): void {
  const temporary = join(dirname(path), `.${process.pid}-${counter++}.part`)
  try {
    fs.writeFileSync(temporary, content, { mode, flush: true })
    fs.renameSync(temporary, path)
  } catch (error) {
    discard(temporary)
    throw failed('write', path, error)
  }
}
let counter = 0

/** After a failure that is told already: on a read-only file system even this fails. */
function discard(path: string): void {
  try {
    fs.rmSync(path, { force: true })
  } catch {
    // What went wrong first is what counts.
  }
}

/** A file, a symlink or a whole tree, whatever somebody made of it; nothing there is no failure. Symlinks are never followed. */
export function removeTree(path: string): void {
  attempt('remove', path, () => {
    const found = fs.lstatSync(path, { throwIfNoEntry: false })
    if (found === undefined) return
    try {
      if (!found.isDirectory()) fs.rmSync(path, { force: true })
      else fs.rmdirSync(path)
    } catch (error) {
      if (!found.isDirectory() || errorCode(error) === 'EROFS') throw error
      removeDeep(path)
    }
  })
}

/** Where `path` is when every symlink on the way is followed. */
export function realPath(path: string): string {
  return attempt('resolve', path, () => fs.realpathSync(path))
}

export function readLink(path: string): string {
  return attempt('read link', path, () => fs.readlinkSync(path))
}

/** A fresh directory below `parent` (made if need be), for this process alone. */
export function makeTemporaryDirectory(parent: string, prefix: string): string {
  makeDirectory(parent)
  return attempt('create directory', join(parent, prefix), () => fs.mkdtempSync(join(parent, prefix)))
}

function attempt<Result>(action: string, path: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw failed(action, path, error)
  }
}

/** An empty regular file, with the directories above it; what is there stays. */
export function makeEmptyFile(path: string): void {
  makeDirectory(dirname(path))
  attempt('create', path, () => fs.closeSync(fs.openSync(path, 'a', 0o644)))
}

export function makeSymlink(to: string, path: string): void {
  makeDirectory(dirname(path))
  attempt('create link', path, () => fs.symlinkSync(to, path))
}

/** A symlink at `path`, in the place of a file or link that is there: never nothing. */
export function replaceWithSymlink(to: string, path: string): void {
  const temporary = join(dirname(path), `.${process.pid}-${counter++}.link`)
  try {
    fs.symlinkSync(to, temporary)
    fs.renameSync(temporary, path)
  } catch (error) {
    discard(temporary)
    throw failed('create link', path, error)
  }
}

/** A symlink to each of `targets` in `directory`, which is made: `0`, `1`, `2`, ... */
export function makeNumberedLinks(targets: readonly string[], directory: string): void {
  makeDirectory(directory)
  attempt('create links in', directory, () => {
    targets.forEach((target, index) => {
      fs.symlinkSync(target, `${directory}/${index}`)
    })
  })
}

/** Exactly `mode`, whatever the umask. */
export function setMode(path: string, mode: number): void {
  attempt('change mode of', path, () => fs.chmodSync(path, mode))
}

/** Renames within one file system; false where `to` would be on another. */
export function tryRename(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'EXDEV') return false
    throw failed('rename', from, error)
  }
}

/** Renames a directory into place; false where somebody else put one there first. */
export function renameNew(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to)
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) return false
    throw failed('rename', from, error)
  }
}

/** A file, link or tree of the host, links kept as links, with the directories above the copy. */
export function copyPath(from: string, to: string): void {
  makeDirectory(dirname(to))
  attempt('copy', from, () =>
    fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true }),
  )
}

/** The first bytes of a file, fewer where it is shorter. */
export function readHead(path: string | Buffer, length: number): Uint8Array {
  return attempt('read', path.toString(), () => {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    try {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, 0))
    } finally {
      fs.closeSync(fd)
    }
  })
}
