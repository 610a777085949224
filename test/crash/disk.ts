import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeFifoAt, openHostDirectory } from '../../src/native/entries.ts'
import { listXattrs, readXattr, writeXattr } from '../../src/native/xattr.ts'
import type { RecordedChange } from './record.ts'

/**
 * A file system in memory, as much of it as a crash can tear apart: inodes, and the names that directories have for them. The disk
 * takes each change of it separately.
 */
export interface Inode {
  readonly kind: 'file' | 'directory' | 'symlink' | 'fifo'
  mode: number
  uid: number
  gid: number
  /** Seconds; of directories not looked at. */
  mtime: number
  /** Content of a file, or what a link holds: bytes as latin1. */
  data: string
  readonly xattrs: Map<string, string>
  /** Of a directory: names (bytes as latin1) to inodes. */
  readonly entries: Map<string, number>
}

export type Inodes = Map<number, Inode>
const rootInode = 1

/** One thing that the disk may have or not. */
export type DiskChange =
  /** Names that come or go together; undefined: it goes. */
  | {
      readonly kind: 'names'
      readonly names: readonly [directory: number, name: string, inode: number | undefined][]
      /** A directory that goes with it. */
      readonly removes?: number
    }
  | { readonly kind: 'inode'; readonly inode: number; readonly change: Partial<Inode> | { readonly append: string } }
  | { readonly kind: 'xattr'; readonly inode: number; readonly name: string; readonly value: string }
  /** All before it is on the disk: of one inode (its content, or its names), or everything. */
  | { readonly kind: 'sync'; readonly inode: number | 'all' }

/** What changes do to a disk: `inodes` are those that were there, and all that came to be, as they were when new. */
export interface DiskLog {
  readonly start: Inodes
  readonly born: Inodes
  readonly changes: readonly DiskChange[]
}

/** The disk as it is now, from the real tree in `directory`. */
export function readDisk(directory: string): Inodes {
  const inodes: Inodes = new Map()
  const known = new Map<string, number>()
  let next = rootInode
  const read = (path: Buffer): number => {
    const found = fs.lstatSync(path)
    const key = `${found.dev} ${found.ino}`
    const before = known.get(key)
    if (before !== undefined && !found.isDirectory()) return before
    const id = next++
    known.set(key, id)
    const inode: Inode = {
      kind: found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'symlink' : found.isFIFO() ? 'fifo' : 'file',
      mode: found.isSymbolicLink() ? 0o777 : found.mode & 0o7777,
      uid: found.uid,
      gid: found.gid,
      mtime: found.mtimeMs / 1000,
      data: '',
      xattrs: new Map(),
      entries: new Map(),
    }
    inodes.set(id, inode)
    if (inode.kind === 'file') {
      inode.data = fs.readFileSync(path, 'latin1')
      readXattrs(path, inode)
    }
    if (inode.kind === 'symlink') inode.data = fs.readlinkSync(path, { encoding: 'buffer' }).toString('latin1')
    if (inode.kind === 'directory')
      for (const name of fs.readdirSync(path, { encoding: 'buffer' }))
        inode.entries.set(name.toString('latin1'), read(Buffer.concat([path, Buffer.from('/'), name])))
    return id
  }
  read(Buffer.from(directory))
  return inodes
}

function readXattrs(path: Buffer, inode: Inode): void {
  const fd = fs.openSync(path, 'r')
  try {
    for (const name of listXattrs(fd)) inode.xattrs.set(name, readXattr(fd, name) ?? '')
  } finally {
    fs.closeSync(fd)
  }
}

export function copyInode(inode: Inode): Inode {
  return { ...inode, xattrs: new Map(inode.xattrs), entries: new Map(inode.entries) }
}

/** Makes in the empty directory what the disk has, as far as it can be reached. */
export function writeDisk(inodes: Inodes, directory: string): void {
  const made = new Map<number, Buffer>()
  const write = (id: number, path: Buffer): void => {
    const inode = inodes.get(id)
    if (inode === undefined) return
    const earlier = made.get(id)
    if (earlier !== undefined && inode.kind !== 'directory') {
      fs.linkSync(earlier, path)
      return
    }
    made.set(id, path)
    if (inode.kind === 'directory') {
      if (id !== rootInode) fs.mkdirSync(path)
      for (const [name, child] of inode.entries)
        write(child, Buffer.concat([path, Buffer.from('/'), Buffer.from(name, 'latin1')]))
    } else writeLeaf(inode, path)
    if (inode.uid !== 0 || inode.gid !== 0) fs.lchownSync(path, inode.uid, inode.gid)
    if (inode.kind === 'file' && inode.xattrs.size > 0) writeXattrs(path, inode)
    if (inode.kind !== 'symlink') fs.chmodSync(path, inode.mode)
    if (inode.kind !== 'directory') fs.lutimesSync(path, inode.mtime, inode.mtime)
  }
  write(rootInode, Buffer.from(directory))
}

function writeLeaf(inode: Inode, path: Buffer): void {
  if (inode.kind === 'symlink') fs.symlinkSync(Buffer.from(inode.data, 'latin1'), path)
  else if (inode.kind === 'file') fs.writeFileSync(path, Buffer.from(inode.data, 'latin1'))
  else makeFifo(path)
}

function makeFifo(path: Buffer): void {
  const parent = openHostDirectory(dirname(path.toString()))
  try {
    makeFifoAt(parent, basename(path.toString()), 0o600)
  } finally {
    fs.closeSync(parent)
  }
}

function writeXattrs(path: Buffer, inode: Inode): void {
  fs.chmodSync(path, 0o600)
  const fd = fs.openSync(path, 'r+')
  try {
    for (const [name, value] of inode.xattrs) writeXattr(fd, name, value)
  } finally {
    fs.closeSync(fd)
  }
}

/**
 * Everything that can be told of a tree, a line for each path, hard links as such; without what kith keeps for itself unless
 * `withState`, and without directories that hold nothing else.
 */
export function showDisk(inodes: Inodes, withState = false): string {
  const lines: string[] = []
  const first = new Map<number, string>()
  const show = (id: number, path: string): void => {
    const inode = inodes.get(id)
    if (inode === undefined) return
    const owner = `${inode.mode.toString(8)} ${inode.uid}:${inode.gid}`
    if (inode.kind === 'directory') {
      lines.push(`${path}/ ${owner}`)
      for (const name of [...inode.entries.keys()].sort()) {
        const child = join(path, name)
        if (withState || name !== '.kith') show(inode.entries.get(name) ?? 0, child)
      }
      return
    }
    const same = first.get(id)
    if (same !== undefined) {
      lines.push(`${path} = ${same}`)
      return
    }
    first.set(id, path)
    const xattrs = [...inode.xattrs].map(([name, value]) => `${name}=${Buffer.from(value, 'latin1').toString('hex')}`)
    lines.push(
      [path, inode.kind, owner, Math.round(inode.mtime * 1000), ...xattrs, JSON.stringify(inode.data)].join(' '),
    )
  }
  show(rootInode, '/')
  return lines.join('\n')
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
  const bear = (path: string, fields: Pick<Inode, 'kind' | 'mode'> & { readonly data?: string }): void => {
    const id = next++
    const inode: Inode = { uid: 0, gid: 0, mtime: 0, data: '', xattrs: new Map(), entries: new Map(), ...fields }
    born.set(id, inode)
    add({ kind: 'names', names: [[...split(path), id]] })
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
        add({ kind: 'inode', inode: inodeAt(one.path), change: { append: one.bytes } })
        break
      case 'change-mode':
        add({ kind: 'inode', inode: inodeAt(one.path), change: { mode: one.mode } })
        break
      case 'change-owner':
        add({ kind: 'inode', inode: inodeAt(one.path), change: { uid: one.uid, gid: one.gid } })
        break
      case 'change-times':
        add({ kind: 'inode', inode: inodeAt(one.path), change: { mtime: one.seconds } })
        break
      case 'change-xattr':
        add({ kind: 'xattr', inode: inodeAt(one.path), name: one.name, value: one.value })
        break
      case 'link':
        add({ kind: 'names', names: [[...split(one.to), inodeAt(one.path)]] })
        break
      case 'rename': {
        const inode = inodeAt(one.path)
        const target = split(one.to)
        // Two names of one file: rename(2) does nothing.
        if (now.get(target[0])?.entries.get(target[1]) === inode) break
        add({
          kind: 'names',
          names: [
            [...target, inode],
            [...split(one.path), undefined],
          ],
        })
        break
      }
      case 'remove':
        add({ kind: 'names', names: [[...split(one.path), undefined]] })
        break
      case 'remove-directory':
        add({ kind: 'names', names: [[...split(one.path), undefined]], removes: inodeAt(one.path) })
        break
      case 'sync':
        add({ kind: 'sync', inode: inodeAt(one.path) })
        break
      case 'sync-file-system':
        add({ kind: 'sync', inode: 'all' })
        break
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
