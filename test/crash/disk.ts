import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeFifoAt, openHostDirectory } from '../../src/native/entries.ts'
import { listXattrs, readXattr, writeXattr } from '../../src/native/xattr.ts'

/**
 * A file system in memory, as much of it as a crash can tear apart: inodes, and the names that directories have for them. The disk
 * takes each change of it separately.
 */
export interface Inode {
  readonly kind: 'file' | 'directory' | 'symlink' | 'fifo'
  /** Which file system has it: 0 is that of the root, others are mounted in it. */
  readonly fileSystem: number
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
export const rootInode = 1

/** The disk as it is now, from the real tree in `directory`. */
export function readDisk(directory: string): Inodes {
  const inodes: Inodes = new Map()
  const known = new Map<string, number>()
  const devices: number[] = []
  let next = rootInode
  const read = (path: Buffer): number => {
    const found = fs.lstatSync(path)
    const key = `${found.dev} ${found.ino}`
    const before = known.get(key)
    if (before !== undefined && !found.isDirectory()) return before
    const id = next++
    known.set(key, id)
    if (!devices.includes(found.dev)) devices.push(found.dev)
    const inode: Inode = {
      fileSystem: devices.indexOf(found.dev),
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

/** Makes in the empty directory what the disk has, as far as it can be reached; `mount` brings other file systems to where they are. */
export function writeDisk(inodes: Inodes, directory: string, mount: (path: string) => void): void {
  const made = new Map<number, Buffer>()
  const write = (id: number, path: Buffer, fileSystem: number): void => {
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
      if (inode.fileSystem !== fileSystem) mount(path.toString())
      for (const [name, child] of inode.entries)
        write(child, Buffer.concat([path, Buffer.from('/'), Buffer.from(name, 'latin1')]), inode.fileSystem)
    } else writeLeaf(inode, path)
    if (inode.uid !== 0 || inode.gid !== 0) fs.lchownSync(path, inode.uid, inode.gid)
    if (inode.kind === 'file' && inode.xattrs.size > 0) writeXattrs(path, inode)
    if (inode.kind !== 'symlink') fs.chmodSync(path, inode.mode)
    if (inode.kind !== 'directory') fs.lutimesSync(path, inode.mtime, inode.mtime)
  }
  write(rootInode, Buffer.from(directory), 0)
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
 * Everything that can be told of a tree, a line for each path, hard links as such; without what kith keeps for itself besides the
 * database unless `withState`.
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
        const id = inode.entries.get(name) ?? 0
        if (withState || name !== '.kith') show(id, child)
        // What kith keeps of installed packages is a part of what transactions change.
        else show(inodes.get(id)?.entries.get('packages') ?? 0, join(child, 'packages'))
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
