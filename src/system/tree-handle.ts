import { baseName, bytesText, parentPath, type TreePath } from '../model/tree-path.ts'
import * as entries from '../native/entries.ts'
import { digestOpenFile } from './digests.ts'
import { attemptCall } from './failure.ts'
import { OpenDirectories } from './open-directories.ts'
import { OpenFile } from './open-file.ts'
import { treeNames } from './tree.ts'
import { type TreeChange, type TreePlace, tellTreeChange } from './tree-change.ts'

/** What is at a place. */
export interface HandleEntry extends Omit<entries.EntryStatus, 'mode'> {
  readonly kind: 'file' | 'directory' | 'symlink' | 'fifo' | 'other'
  /** At most 0o7777. */
  readonly mode: number
}

/**
 * A directory, held open, and everything below it by path. Each directory on the way is opened by handle: no symlink is followed and
 * nothing outside is reached, whatever is done to the tree meanwhile. Every method is one call of the kernel besides finding
 * the directory, and throws `io-failed`. Dispose it.
 */
export class TreeHandle implements Disposable {
  readonly #directories: OpenDirectories

  /** `directory` is trusted: links in its path are followed. Empty for the host's own root. `fd`: it is open already. */
  constructor(
    readonly directory: string,
    fd?: number,
  ) {
    const root = fd ?? attemptCall('open', directory || '/', () => entries.openHostDirectory(directory || '/'))
    this.#directories = new OpenDirectories(root)
  }

  /** The directory at `path`, as a tree of its own. */
  below(path: TreePath): TreeHandle {
    const fd = this.#attempt('open', path, () => entries.openBeneath(this.#directories.root, path.slice(1)))
    return new TreeHandle(this.directory + bytesText(path), fd)
  }

  /** Names in the directory at `path`, in bytewise order; none where there is no directory. Not by handle. */
  names(path: TreePath): string[] {
    return this.entry(path)?.kind === 'directory' ? treeNames(this.directory, path) : []
  }

  [Symbol.dispose](): void {
    this.#directories[Symbol.dispose]()
  }

  /** What is at `path`, links not followed; undefined where nothing is. */
  entry(path: TreePath): HandleEntry | undefined {
    return this.#attempt('look at', path, () => {
      if (path === '/') return describe(entries.statusOf(this.#directories.root))
      const directory = this.#directories.find(parentPath(path))
      const status = directory === undefined ? undefined : entries.statusAt(directory, baseName(path))
      return status && describe(status)
    })
  }

  /** With exactly `mode`, whatever the umask and the directory above say; 0700 for a moment. */
  makeDirectory(path: TreePath, mode: number): void {
    this.#change({ kind: 'make-directory', at: this.#at(path), mode: 0o700 }, (directory, name) =>
      entries.makeDirectoryAt(directory, name, 0o700),
    )
    if (mode !== 0o700) this.changeMode(path, mode)
  }

  makeSymlink(path: TreePath, to: string): void {
    this.#change({ kind: 'make-symlink', at: this.#at(path), to }, (directory, name) =>
      entries.makeSymlinkAt(to, directory, name),
    )
  }

  makeFifo(path: TreePath, mode: number): void {
    this.#change({ kind: 'make-fifo', at: this.#at(path), mode: 0o600 }, (directory, name) =>
      entries.makeFifoAt(directory, name, 0o600),
    )
    if (mode !== 0o600) this.#changeFifoMode(path, mode)
  }

  /** As a file that is open, so that no link can have come in its place. */
  #changeFifoMode(path: TreePath, mode: number): void {
    const { readOnly, nonBlocking } = entries.openFlags
    this.#change({ kind: 'change-mode', at: this.#at(path), mode }, (directory, name) => {
      const fd = entries.openEntry(directory, name, readOnly | nonBlocking)
      try {
        entries.changeMode(fd, mode)
      } finally {
        entries.close(fd)
      }
    })
  }

  /**
   * The bytes (latin1) of the regular file at `path`, which no link can lead elsewhere; undefined where there is no such file, or a
   * larger one.
   */
  readFile(path: TreePath, mostBytes: number): string | undefined {
    return this.#attempt('read', path, () => {
      const directory = this.#directories.find(parentPath(path))
      if (directory === undefined || this.entry(path)?.kind !== 'file') return undefined
      const { readOnly, nonBlocking } = entries.openFlags
      using file = new OpenFile(entries.openEntry(directory, baseName(path), readOnly | nonBlocking), this.#at(path))
      return file.readAll(mostBytes)
    })
  }

  /** SHA-256 of the content of the regular file at `path`, lower-case hexadecimal. */
  sha256(path: TreePath): string {
    return this.#attempt('read', path, () => {
      const { readOnly, nonBlocking } = entries.openFlags
      const fd = entries.openEntry(this.#directories.open(parentPath(path)), baseName(path), readOnly | nonBlocking)
      try {
        return digestOpenFile(fd)
      } finally {
        entries.close(fd)
      }
    })
  }

  /** A new file that nothing may be in the place of, open for writing. Close it. */
  createFile(path: TreePath, mode: number): OpenFile {
    const { create, exclusive, writeOnly } = entries.openFlags
    const at = this.#at(path)
    const fd = this.#change({ kind: 'create', at, mode }, (directory, name) =>
      entries.openEntry(directory, name, create | exclusive | writeOnly, mode),
    )
    return new OpenFile(fd, at)
  }

  /** Removes a file, link or pipe. */
  remove(path: TreePath): void {
    this.#change({ kind: 'remove', at: this.#at(path) }, entries.unlinkAt)
  }

  /** Only an empty one. */
  removeDirectory(path: TreePath): void {
    this.#directories.forget(path)
    this.#change({ kind: 'remove-directory', at: this.#at(path) }, entries.removeDirectoryAt)
  }

  changeMode(path: TreePath, mode: number): void {
    this.#change({ kind: 'change-mode', at: this.#at(path), mode }, (directory, name) =>
      entries.changeModeAt(directory, name, mode),
    )
  }

  /** The mode of a directory and, where given, its times in seconds since 1970; what is no directory, or a link to one, is refused. */
  changeDirectory(
    path: TreePath,
    { mode, seconds }: { readonly mode: number; readonly seconds?: number | undefined },
  ): void {
    const at = this.#at(path)
    this.#attempt(verbs['change-mode'], path, () => {
      const fd = this.#directories.open(path)
      tellTreeChange(() => ({ kind: 'change-mode', at, mode }))
      entries.changeMode(fd, mode)
      if (seconds === undefined) return
      tellTreeChange(() => ({ kind: 'change-times', at, seconds }))
      entries.changeTimes(fd, seconds)
    })
  }

  changeOwner(path: TreePath, uid: number, gid: number): void {
    this.#change({ kind: 'change-owner', at: this.#at(path), uid, gid }, (directory, name) =>
      entries.changeOwnerAt(directory, name, uid, gid),
    )
  }

  /** Seconds since 1970; a link's own time where `path` is one. */
  changeTimes(path: TreePath, seconds: number): void {
    this.#change({ kind: 'change-times', at: this.#at(path), seconds }, (directory, name) =>
      entries.changeTimesAt(directory, name, seconds),
    )
  }

  /** Another name, in this tree or another one of the same file system, for the file or link at `path`. */
  link(path: TreePath, to: TreePath, target: TreeHandle = this): void {
    this.#change({ kind: 'link', at: this.#at(path), to: target.#at(to) }, (directory, name) =>
      entries.linkAt(directory, name, target.#directories.open(parentPath(to)), baseName(to)),
    )
  }

  /** Puts a file, link or pipe in place of what is at `to` in one step, in this tree or another one of the same file system. */
  rename(path: TreePath, to: TreePath, target: TreeHandle = this): void {
    this.#change({ kind: 'rename', at: this.#at(path), to: target.#at(to) }, (directory, name) =>
      entries.renameAt(directory, name, target.#directories.open(parentPath(to)), baseName(to)),
    )
  }

  /** The same for a directory with all that is in it; nothing, or an empty directory, may be at `to`. */
  renameDirectory(path: TreePath, to: TreePath, target: TreeHandle = this): void {
    this.#directories.forget(path)
    target.#directories.forget(to)
    this.rename(path, to, target)
  }

  /** The names in the directory at `path` are on the disk when this returns. */
  syncDirectory(path: TreePath): void {
    this.#attempt('write to the disk', path, () => {
      tellTreeChange(() => ({ kind: 'sync', at: this.#at(path) }))
      entries.syncFd(this.#directories.open(path))
    })
  }

  /** The same for all of the file system that the directory `path` is on. */
  syncFileSystem(path: TreePath): void {
    this.#attempt('write to the disk', path, () => {
      tellTreeChange(() => ({ kind: 'sync-file-system', at: this.#at(path) }))
      entries.syncFileSystemOf(this.#directories.open(path))
    })
  }

  #at(path: TreePath): TreePlace {
    return { tree: this.directory, path }
  }

  #change<Result>(change: TreeChange, call: (directory: number, name: string) => Result): Result {
    const { path } = change.at
    return this.#attempt(verbs[change.kind], path, () => {
      const directory = this.#directories.open(parentPath(path))
      tellTreeChange(() => change)
      return call(directory, baseName(path))
    })
  }

  #attempt<Result>(action: string, path: TreePath, call: () => Result): Result {
    return attemptCall(action, this.directory + bytesText(path), call)
  }
}

const verbs: Readonly<Record<TreeChange['kind'], string>> = {
  'make-directory': 'create directory',
  'make-fifo': 'create',
  'make-symlink': 'create link',
  create: 'create',
  write: 'write',
  allocate: 'set room aside in',
  link: 'link',
  rename: 'replace',
  remove: 'remove',
  'remove-directory': 'remove',
  'change-mode': 'change mode of',
  'change-owner': 'change owner of',
  'change-times': 'change the time of',
  'change-xattr': 'give attributes to',
  sync: 'write to the disk',
  'sync-file-system': 'write to the disk',
}

function describe(status: entries.EntryStatus): HandleEntry {
  return { ...status, kind: kindOf(status.mode), mode: status.mode & 0o7777 }
}

function kindOf(mode: number): HandleEntry['kind'] {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file'
    case 0o040000:
      return 'directory'
    case 0o120000:
      return 'symlink'
    case 0o010000:
      return 'fifo'
    default:
      return 'other'
  }
}
