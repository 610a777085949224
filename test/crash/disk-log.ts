import { copyInode, type Inode, type Inodes, rootInode } from './disk.ts'
import type { RecordedChange } from './record.ts'

/** One thing that the disk may have or not. */
export type DiskChange =
  /** Names that come or go together; undefined: it goes. */
  | {
      readonly kind: 'names'
      readonly fileSystem: number
      readonly names: readonly [directory: number, name: string, inode: number | undefined][]
      /** A directory that goes with it. */
      readonly removes?: number
    }
  | {
      readonly kind: 'inode'
      readonly fileSystem: number
      readonly inode: number
      readonly change: Partial<Inode> | { readonly append: string }
    }
  | {
      readonly kind: 'xattr'
      readonly fileSystem: number
      readonly inode: number
      readonly name: string
      readonly value: string
    }
  /** All before it is on the disk: of one inode (its content, or its names), or of the whole file system. */
  | { readonly kind: 'sync'; readonly fileSystem: number; readonly inode: number | 'all' }

/** What changes do to a disk: `inodes` are those that were there, and all that came to be, as they were when new. */
export interface DiskLog {
  readonly start: Inodes
  readonly born: Inodes
  readonly changes: readonly DiskChange[]
}

/** What recorded changes, made to the disk `start`, do to inodes and names. */
export function logChanges(start: Inodes, recorded: readonly RecordedChange[]): DiskLog {
  const now: Inodes = new Map([...start].map(([id, inode]) => [id, copyInode(inode)]))
  const born: Inodes = new Map()
  const changes: DiskChange[] = []
  let next = Math.max(...start.keys()) + 1
  const inodeAt = (path: string): number => {
    let here = rootInode
    for (const name of path.split('/').filter((one) => one !== '')) {
      const found = now.get(here)?.entries.get(name)
      if (found === undefined) throw new Error(`the recorder lost ${path}`)
      here = found
    }
    return here
  }
  const split = (path: string): [number, string] => {
    const slash = path.lastIndexOf('/')
    return [inodeAt(path.slice(0, slash)), path.slice(slash + 1)]
  }
  const add = (change: DiskChange): void => {
    changes.push(change)
    applyChange(now, change, born)
  }
  const fileSystemOf = (id: number): number => now.get(id)?.fileSystem ?? 0
  const name = (names: Extract<DiskChange, { kind: 'names' }>['names'], removes?: number): void => {
    const fileSystem = fileSystemOf(names[0]?.[0] ?? rootInode)
    add({ kind: 'names', fileSystem, names, ...(removes === undefined ? {} : { removes }) })
  }
  const bear = (path: string, fields: Pick<Inode, 'kind' | 'mode'> & { readonly data?: string }): void => {
    const id = next++
    const place = split(path)
    const fresh = { uid: 0, gid: 0, mtime: 0, data: '', xattrs: new Map(), entries: new Map() }
    born.set(id, { ...fresh, fileSystem: fileSystemOf(place[0]), ...fields })
    name([[...place, id]])
  }
  const change = (path: string, changed: Extract<DiskChange, { kind: 'inode' }>['change']): void => {
    const inode = inodeAt(path)
    add({ kind: 'inode', fileSystem: fileSystemOf(inode), inode, change: changed })
  }
  for (const one of recorded)
    switch (one.kind) {
      case 'make-directory':
        bear(one.path, { kind: 'directory', mode: one.mode })
        break
      case 'make-fifo':
        bear(one.path, { kind: 'fifo', mode: one.mode })
        break
      case 'make-symlink':
        bear(one.path, { kind: 'symlink', mode: 0o777, data: one.to })
        break
      case 'create':
        bear(one.path, { kind: 'file', mode: one.mode })
        break
      case 'write':
        change(one.path, { append: one.bytes })
        break
      case 'allocate':
        break
      case 'change-mode':
        change(one.path, { mode: one.mode })
        break
      case 'change-owner':
        change(one.path, { uid: one.uid, gid: one.gid })
        break
      case 'change-times':
        change(one.path, { mtime: one.seconds })
        break
      case 'change-xattr': {
        const inode = inodeAt(one.path)
        add({ kind: 'xattr', fileSystem: fileSystemOf(inode), inode, name: one.name, value: one.value })
        break
      }
      case 'link': {
        const inode = inodeAt(one.path)
        const place = split(one.to)
        // Between file systems the kernel refuses it, and a copy follows.
        if (fileSystemOf(place[0]) === fileSystemOf(inode)) name([[...place, inode]])
        break
      }
      case 'rename': {
        const inode = inodeAt(one.path)
        const target = split(one.to)
        // Two names of one file: rename(2) does nothing.
        if (now.get(target[0])?.entries.get(target[1]) === inode) break
        name([
          [...target, inode],
          [...split(one.path), undefined],
        ])
        break
      }
      case 'remove':
        name([[...split(one.path), undefined]])
        break
      case 'remove-directory':
        name([[...split(one.path), undefined]], inodeAt(one.path))
        break
      case 'sync':
      case 'sync-file-system': {
        const inode = inodeAt(one.path)
        add({ kind: 'sync', fileSystem: fileSystemOf(inode), inode: one.kind === 'sync' ? inode : 'all' })
        break
      }
    }
  return { start, born, changes }
}

/** Carries one change out; what the disk never heard of comes to be when it first gets a name. */
export function applyChange(inodes: Inodes, change: DiskChange, born: Inodes): void {
  const find = (id: number): Inode | undefined => {
    const known = inodes.get(id)
    if (known !== undefined) return known
    const fresh = born.get(id)
    if (fresh === undefined) return undefined
    const inode = copyInode(fresh)
    inodes.set(id, inode)
    return inode
  }
  switch (change.kind) {
    case 'names':
      for (const [directory, name, id] of change.names) {
        const entries = find(directory)?.entries
        if (id === undefined) entries?.delete(name)
        else if (find(id) !== undefined) entries?.set(name, id)
      }
      return
    case 'inode': {
      const inode = find(change.inode)
      if (inode === undefined) return
      if ('append' in change.change) inode.data += change.change.append
      else Object.assign(inode, change.change)
      return
    }
    case 'xattr':
      find(change.inode)?.xattrs.set(change.name, change.value)
      return
    case 'sync':
      return
  }
}
