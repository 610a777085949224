import { parentPath, type TreePath } from '../../model/tree-path.ts'
import { causeCode } from '../failure.ts'
import { capabilityXattr, type RefusedXattr, setXattrs } from '../file-xattrs.ts'
import type { OpenFile } from '../open-file.ts'
import { type HandleEntry, TreeHandle } from '../tree-handle.ts'
import { artifactPathFault } from './artifact-path.ts'
import type { ExtractedContent } from './extracted-content.ts'
import {
  countMade,
  type ExtractionLimits,
  type ExtractionOptions,
  type ExtractionState,
  invalid,
  openMode,
  placing,
  record,
  recordDirectory,
  requireRecorded,
  rootPath,
  shownName,
  wantedMode,
} from './extraction-state.ts'
import { memberPaths } from './member-path.ts'
import { memberXattrsFault } from './member-xattrs.ts'
import type { TarMember } from './tar-reader.ts'

/** Puts members one after another: `begin`, `write` its content, `complete` it; `finish` after the last one. */
export interface Extraction extends Disposable {
  readonly begin: (member: TarMember) => void
  readonly write: (chunk: Uint8Array) => void
  readonly complete: () => void
  /** Sets modes and times of directories, which must wait until nothing is put into them any more. */
  readonly finish: () => void
  /** With `keepsContents`: what is there now of what the archive brought. */
  readonly contents: ReadonlyMap<TreePath, ExtractedContent>
  /** With `keepsXattrs`: the attributes that files could not get. */
  readonly refusedXattrs: readonly RefusedXattr[]
}

/**
 * Extracts into `directory`, which is trusted; what is in it may be hostile. Every directory below is reached by handle, and
 * no link is followed. Throws `archive-invalid`, `io-failed`.
 */
export function createExtraction(
  directory: string,
  options: ExtractionOptions,
  limits: ExtractionLimits = { members: Number.POSITIVE_INFINITY, pathBytes: Number.POSITIVE_INFINITY },
): Extraction {
  const state: ExtractionState = {
    tree: new TreeHandle(directory),
    options,
    limits,
    umask: process.umask(),
    pathOf: memberPaths(options.archive),
    safeDirectories: new Set([rootPath]),
    linkable: new Set(),
    directories: new Map(),
    contents: new Map(),
    refusedXattrs: [],
    made: 0,
    pathBytes: 0,
    open: undefined,
  }
  return {
    begin: (member) => begin(state, member),
    write: (chunk) => write(state, chunk),
    complete: () => complete(state),
    finish: () => finish(state),
    contents: state.contents,
    refusedXattrs: state.refusedXattrs,
    [Symbol.dispose]: () => {
      state.open?.file[Symbol.dispose]()
      state.open = undefined
      state.tree[Symbol.dispose]()
    },
  }
}

function begin(state: ExtractionState, member: TarMember): void {
  const path = state.pathOf(member.path)
  if (path === rootPath) {
    // `./` is the directory itself, which is the caller's.
    if (member.type !== 'directory') throw invalid(state, member, 'a member has no name')
    return
  }
  const isArtifact = state.options.kind === 'artifact'
  const pathFault = isArtifact ? artifactPathFault(path) : undefined
  if (pathFault !== undefined) throw invalid(state, member, pathFault)
  const xattrsFault = isArtifact ? memberXattrsFault(member) : undefined
  if (xattrsFault !== undefined) throw invalid(state, member, `a member has ${xattrsFault}`)
  ensureParent(state, member, path)
  countMade(state, member, path.length + member.linkName.length)
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
  const found = makeOrFind(state, parent)
  if (found === undefined) {
    countMade(state, member, parent.length)
    recordDirectory(state, parent, { mode: 0o755, mtime: undefined })
  } else if (found.kind === 'symlink') throw invalid(state, member, 'a member lies behind a symlink')
  else if (found.kind !== 'directory')
    throw invalid(state, member, 'a member lies below something that is no directory')
  else requireRecorded(state, member, parent)
  state.safeDirectories.add(parent)
}

/** Makes a directory; what is there instead where something is. */
function makeOrFind({ tree }: ExtractionState, path: TreePath): HandleEntry | undefined {
  try {
    tree.makeDirectory(path, openMode)
    return undefined
  } catch (error) {
    if (causeCode(error) !== 'EEXIST') throw error
    return tree.entry(path)
  }
}

function openFile(state: ExtractionState, member: TarMember, path: TreePath): void {
  const file = placing(state, member, path, () => state.tree.createFile(path, member.mode & 0o777))
  const hash = state.options.keepsContents === true ? new Bun.CryptoHasher('sha256') : undefined
  state.open = { file, member, path, hash }
}

function write({ open }: ExtractionState, chunk: Uint8Array): void {
  open?.file.write(chunk)
  open?.hash?.update(chunk)
}

function complete(state: ExtractionState): void {
  if (state.open === undefined) return
  const { file, member, path, hash } = state.open
  const mode = wantedMode(state, member)
  const hasXattrs = state.options.keepsXattrs === true && member.xattrs.size > 0
  const capability = hasXattrs ? giveXattrs(state, file, path, member) : undefined
  // Writing takes setuid away from an unprivileged owner, so that the mode comes last.
  if (hasXattrs || mode !== (member.mode & 0o777 & ~state.umask)) file.changeMode(mode)
  file.changeTimes(member.mtime)
  state.open = undefined
  file[Symbol.dispose]()
  state.linkable.add(path)
  if (hash === undefined) return
  const content = { kind: 'file', mode, sizeBytes: member.sizeBytes, sha256: hash.digest('hex') } as const
  record(state, path, capability === undefined ? content : { ...content, capability })
}

/**
 * After the content, since writing takes capabilities away, and while the file is open for its owner. Gives the capabilities
 * that it has then.
 */
function giveXattrs(state: ExtractionState, file: OpenFile, path: TreePath, { xattrs }: TarMember): string | undefined {
  file.changeMode(0o600)
  const refused = setXattrs(file, path, xattrs)
  state.refusedXattrs.push(...refused)
  return refused.some(({ name }) => name === capabilityXattr) ? undefined : xattrs.get(capabilityXattr)
}

function placeDirectory(state: ExtractionState, member: TarMember, path: TreePath): void {
  const mode = wantedMode(state, member)
  const found = state.safeDirectories.has(path) ? 'directory' : makeOrFind(state, path)?.kind
  if (found !== undefined && found !== 'directory')
    placing(state, member, path, () => state.tree.makeDirectory(path, openMode))
  else if (found === 'directory' && !state.directories.has(path)) {
    requireRecorded(state, member, path)
    // Another archive brought it, and may have closed it for us.
    state.tree.changeDirectory(path, { mode: mode | openMode })
  }
  state.safeDirectories.add(path)
  recordDirectory(state, path, { mode, mtime: member.mtime })
}

function placeSymlink(state: ExtractionState, member: TarMember, path: TreePath): void {
  const { linkName } = member
  if (linkName === '' || linkName.length > 4095) throw invalid(state, member, 'a symlink has an impossible target')
  placing(state, member, path, () => state.tree.makeSymlink(path, linkName))
  state.tree.changeTimes(path, member.mtime)
  state.linkable.add(path)
  record(state, path, { kind: 'symlink', to: linkName })
}

function placeHardLink(state: ExtractionState, member: TarMember, path: TreePath): void {
  const linked = state.pathOf(member.linkName)
  if (linked === path) return
  if (!state.linkable.has(linked))
    throw invalid(state, member, `a hard link goes to "${shownName(member.linkName)}", which is no earlier file of it`)
  ensureParent(state, member, linked)
  placing(state, member, path, () => state.tree.link(linked, path))
  state.linkable.add(path)
  const content = state.contents.get(linked)
  if (content !== undefined) record(state, path, content)
}

function placeFifo(state: ExtractionState, member: TarMember, path: TreePath): void {
  if (state.options.kind === 'source') throw invalid(state, member, 'it holds a named pipe')
  const mode = wantedMode(state, member)
  placing(state, member, path, () => state.tree.makeFifo(path, mode))
  state.tree.changeTimes(path, member.mtime)
  state.linkable.add(path)
  record(state, path, { kind: 'fifo', mode })
}

function finish({ directories, tree }: ExtractionState): void {
  // The deepest first: a closed directory cannot be passed.
  const descending = [...directories].sort(([one], [other]) => (one < other ? 1 : -1))
  for (const [path, { mode, mtime }] of descending) tree.changeDirectory(path, { mode, seconds: mtime })
}
