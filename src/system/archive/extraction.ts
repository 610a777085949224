import * as fs from 'node:fs'
import { KithError } from '../../errors/kith-error.ts'
import { bytesText, parentPath, type TreePath } from '../../model/tree-path.ts'
import { errorCode, failed } from '../failure.ts'
import { capabilityXattr, type RefusedXattr, setXattrs } from '../file-xattrs.ts'
import { hostPath } from '../tree.ts'
import { makeFifo } from './make-fifo.ts'
import { memberPaths } from './member-path.ts'
import { memberXattrsFault } from './member-xattrs.ts'
import type { TarMember } from './tar-reader.ts'

/**
 * `artifact`: modes exact with setuid, fifos allowed. `source`: permissions only, directories open for their owner (so that
 * a build can work in them), no fifos. Devices are refused in both.
 */
export type ExtractionKind = 'artifact' | 'source'

export interface ExtractionOptions {
  readonly archive: string
  readonly kind: ExtractionKind
  /**
   * Whether files get their extended attributes; those of artifacts are checked in any case. Directories get none: packages
   * share them.
   */
  readonly keepsXattrs?: boolean | undefined
}

/** Puts members one after another: `begin`, `write` its content, `complete` it; `finish` after the last one. */
export interface Extraction extends Disposable {
  readonly begin: (member: TarMember) => void
  readonly write: (chunk: Uint8Array) => void
  readonly complete: () => void
  /** Sets modes and times of directories, which must wait until nothing is put into them any more. */
  readonly finish: () => void
  /** With `keepsXattrs`: the capabilities that files have now, as bytes, and the attributes that they could not get. */
  readonly capabilities: ReadonlyMap<TreePath, string>
  readonly refusedXattrs: readonly RefusedXattr[]
}

interface ExtractionState {
  readonly directory: string
  readonly options: ExtractionOptions
  readonly umask: number
  readonly pathOf: (bytes: string) => TreePath
  /** Known to be directories and not symlinks, from the root down. */
  readonly safeDirectories: Set<string>
  /** What this archive made: hard links may only go to these. */
  readonly linkable: Set<string>
  /** A time of undefined is left as it is. */
  readonly directories: Map<TreePath, { readonly mode: number; readonly mtime: number | undefined }>
  readonly capabilities: Map<TreePath, string>
  readonly refusedXattrs: RefusedXattr[]
  open: { readonly fd: number; readonly member: TarMember; readonly path: TreePath } | undefined
}

/** Extracts into `directory`, which is trusted. Throws `archive-invalid`, `io-failed`. */
export function createExtraction(directory: string, options: ExtractionOptions): Extraction {
  const state: ExtractionState = {
    directory,
    options,
    umask: process.umask(),
    pathOf: memberPaths(options.archive),
    safeDirectories: new Set(['/']),
    linkable: new Set(),
    directories: new Map(),
    capabilities: new Map(),
    refusedXattrs: [],
    open: undefined,
  }
  return {
    begin: (member) => begin(state, member),
    write: (chunk) => write(state, chunk),
    complete: () => complete(state),
    finish: () => finish(state),
    capabilities: state.capabilities,
    refusedXattrs: state.refusedXattrs,
    [Symbol.dispose]: () => {
      if (state.open !== undefined) fs.closeSync(state.open.fd)
      state.open = undefined
    },
  }
}

function begin(state: ExtractionState, member: TarMember): void {
  const path = state.pathOf(member.path)
  if (path === '/') {
    // `./` is the directory itself, which is the caller's.
    if (member.type !== 'directory') throw invalid(state, member, 'a member has no name')
    return
  }
  const fault = state.options.kind === 'artifact' ? memberXattrsFault(member) : undefined
  if (fault !== undefined) throw invalid(state, member, `a member has ${fault}`)
  ensureParent(state, member, path)
  placers[member.type](state, member, path)
}

type Placer = (state: ExtractionState, member: TarMember, path: TreePath) => void

const placers: Readonly<Record<TarMember['type'], Placer>> = {
  file: openFile,
  directory: placeDirectory,
  symlink: placeSymlink,
  hardlink: placeHardLink,
  fifo: placeFifo,
  character: refuse('it holds a device'),
  block: refuse('it holds a device'),
  other: refuse('it holds a member of unknown type'),
}

function refuse(reason: string): Placer {
  return (state, member) => {
    throw invalid(state, member, reason)
  }
}

/** Makes the directories above `path` where they are missing; each of them must be a directory and no symlink. */
function ensureParent(state: ExtractionState, member: TarMember, path: TreePath): void {
  const parent = parentPath(path)
  if (state.safeDirectories.has(parent)) return
  ensureParent(state, member, parent)
  const target = hostPath(state.directory, parent)
  const found = fs.lstatSync(target, { throwIfNoEntry: false })
  if (found === undefined) {
    attempt(state, parent, () => fs.mkdirSync(target, 0o755))
    state.directories.set(parent, { mode: 0o755, mtime: undefined })
  } else if (found.isSymbolicLink()) throw invalid(state, member, 'a member lies behind a symlink')
  else if (!found.isDirectory()) throw invalid(state, member, 'a member lies below something that is no directory')
  state.safeDirectories.add(parent)
}

function openFile(state: ExtractionState, member: TarMember, path: TreePath): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants
  const fd = placing(state, member, path, (target) =>
    fs.openSync(target, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, member.mode & 0o777),
  )
  state.open = { fd, member, path }
}

function write({ directory, open }: ExtractionState, chunk: Uint8Array): void {
  if (open === undefined) return
  try {
    for (let written = 0; written < chunk.length; )
      written += fs.writeSync(open.fd, chunk, written, chunk.length - written)
  } catch (error) {
    throw failed('write', directory + bytesText(open.path), error)
  }
}

function complete(state: ExtractionState): void {
  if (state.open === undefined) return
  const { fd, member, path } = state.open
  const mode = wantedMode(state, member)
  attempt(state, path, () => {
    const hasXattrs = state.options.keepsXattrs === true && member.xattrs.size > 0
    if (hasXattrs) giveXattrs(state, fd, path, member)
    // Writing takes setuid away from an unprivileged owner, so that the mode comes last.
    if (hasXattrs || mode !== (member.mode & 0o777 & ~state.umask)) fs.fchmodSync(fd, mode)
    fs.futimesSync(fd, member.mtime, member.mtime)
  })
  state.open = undefined
  attempt(state, path, () => fs.closeSync(fd))
  state.linkable.add(path)
}

/** After the content, since writing takes capabilities away, and while the file is open for its owner. */
function giveXattrs(state: ExtractionState, fd: number, path: TreePath, { xattrs }: TarMember): void {
  fs.fchmodSync(fd, 0o600)
  const refused = setXattrs(fd, path, xattrs)
  state.refusedXattrs.push(...refused)
  const capability = xattrs.get(capabilityXattr)
  if (capability !== undefined && !refused.some(({ name }) => name === capabilityXattr))
    state.capabilities.set(path, capability)
}

function placeDirectory(state: ExtractionState, member: TarMember, path: TreePath): void {
  const target = hostPath(state.directory, path)
  const mode = wantedMode(state, member)
  const found = state.safeDirectories.has(path) ? true : fs.lstatSync(target, { throwIfNoEntry: false })?.isDirectory()
  // While members are put into it, it must be open for us.
  if (found !== true) placing(state, member, path, () => fs.mkdirSync(target, mode | 0o700))
  else if (!state.directories.has(path)) attempt(state, path, () => fs.chmodSync(target, mode | 0o700))
  state.safeDirectories.add(path)
  state.directories.set(path, { mode, mtime: member.mtime })
}

function placeSymlink(state: ExtractionState, member: TarMember, path: TreePath): void {
  const { linkName } = member
  if (linkName === '' || linkName.length > 4095) throw invalid(state, member, 'a symlink has an impossible target')
  const bytes = Buffer.from(linkName, 'latin1')
  placing(state, member, path, (target) => {
    fs.symlinkSync(bytes, target)
    fs.lutimesSync(target, member.mtime, member.mtime)
  })
  state.linkable.add(path)
}

function placeHardLink(state: ExtractionState, member: TarMember, path: TreePath): void {
  const linked = state.pathOf(member.linkName)
  if (linked === path) return
  if (!state.linkable.has(linked))
    throw invalid(state, member, `a hard link goes to "${bytesText(member.linkName)}", which is no earlier file of it`)
  ensureParent(state, member, linked)
  placing(state, member, path, (target) => fs.linkSync(hostPath(state.directory, linked), target))
  state.linkable.add(path)
  const capability = state.capabilities.get(linked)
  if (capability !== undefined) state.capabilities.set(path, capability)
}

function placeFifo(state: ExtractionState, member: TarMember, path: TreePath): void {
  if (state.options.kind === 'source') throw invalid(state, member, 'it holds a named pipe')
  placing(state, member, path, (target) => {
    makeFifo(state.directory, target, wantedMode(state, member))
    fs.lutimesSync(target, member.mtime, member.mtime)
  })
  state.linkable.add(path)
}

function finish(state: ExtractionState): void {
  // The deepest first: a closed directory cannot be passed.
  const descending = [...state.directories].sort(([one], [other]) => (one < other ? 1 : -1))
  for (const [path, { mode, mtime }] of descending)
    attempt(state, path, () => {
      const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants
      const fd = fs.openSync(hostPath(state.directory, path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      try {
        fs.fchmodSync(fd, mode)
        if (mtime !== undefined) fs.futimesSync(fd, mtime, mtime)
      } finally {
        fs.closeSync(fd)
      }
    })
}

/** Runs `place`, which must fail where something is there already; that is removed then, and `place` runs again. */
function placing<Result>(
  state: ExtractionState,
  member: TarMember,
  path: TreePath,
  place: (target: string | Buffer) => Result,
): Result {
  const target = hostPath(state.directory, path)
  try {
    return place(target)
  } catch (error) {
    if (error instanceof KithError) throw error
    if (errorCode(error) !== 'EEXIST') throw failed('create', state.directory + bytesText(path), error)
  }
  removeExisting(state, member, path, target)
  return attempt(state, path, () => place(target))
}

function removeExisting(state: ExtractionState, member: TarMember, path: TreePath, target: string | Buffer): void {
  state.linkable.delete(path)
  state.capabilities.delete(path)
  attempt(state, path, () => {
    if (fs.lstatSync(target).isDirectory()) {
      // Names may be equal that are not the same bytes, where a file system ignores case: nothing is known to be safe now.
      state.safeDirectories.clear()
      state.safeDirectories.add('/')
      state.directories.delete(path)
      try {
        fs.rmdirSync(target)
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error
        throw invalid(state, member, 'a member would replace a directory that is not empty')
      }
    } else fs.unlinkSync(target)
  })
}

function wantedMode({ options }: ExtractionState, { type, mode }: TarMember): number {
  if (options.kind === 'artifact') return mode
  return type === 'directory' ? (mode & 0o777) | 0o700 : mode & 0o777
}

function attempt<Result>({ directory }: ExtractionState, path: TreePath, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw error instanceof KithError ? error : failed('unpack', directory + bytesText(path), error)
  }
}

function invalid({ options }: ExtractionState, { path }: TarMember, reason: string): KithError<'archive-invalid'> {
  return new KithError('archive-invalid', { archive: options.archive, reason, member: bytesText(path) })
}
