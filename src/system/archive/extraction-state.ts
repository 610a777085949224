import { KithError } from '../../errors/kith-error.ts'
import { bytesText, type TreePath, textTreePath } from '../../model/tree-path.ts'
import { causeCode } from '../failure.ts'
import type { RefusedXattr } from '../file-xattrs.ts'
import type { OpenFile } from '../open-file.ts'
import type { TreeHandle } from '../tree-handle.ts'
import type { ExtractedContent } from './extracted-content.ts'
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
  /** Whether `contents` is kept, for which files are hashed. */
  readonly keepsContents?: boolean | undefined
}

export interface ExtractionLimits {
  /** Files, links and directories, also those that no member stands for. */
  readonly members: number
  /** Of the paths and links of all of them. */
  readonly pathBytes: number
}

export interface ExtractionState {
  readonly tree: TreeHandle
  readonly options: ExtractionOptions
  readonly limits: ExtractionLimits
  readonly umask: number
  readonly pathOf: (bytes: string) => TreePath
  /** Known to be directories and not symlinks, from the root down. */
  readonly safeDirectories: Set<TreePath>
  /** What this archive made: hard links may only go to these. */
  readonly linkable: Set<TreePath>
  /** A time of undefined is left as it is. */
  readonly directories: Map<TreePath, { readonly mode: number; readonly mtime: number | undefined }>
  readonly contents: Map<TreePath, ExtractedContent>
  readonly refusedXattrs: RefusedXattr[]
  made: number
  pathBytes: number
  open: OpenMember | undefined
}

export interface OpenMember {
  readonly file: OpenFile
  readonly member: TarMember
  readonly path: TreePath
  readonly hash: Bun.CryptoHasher | undefined
}

export const rootPath = textTreePath('/')

/** One member can stand for thousands of directories, so that counting members is not enough. */
export function countMade(state: ExtractionState, member: TarMember, pathBytes: number): void {
  const { limits } = state
  state.made++
  state.pathBytes += pathBytes
  if (state.made > limits.members)
    throw invalid(state, member, `it has more than ${limits.members} files and directories`)
  if (state.pathBytes > limits.pathBytes)
    throw invalid(state, member, `its paths have more than ${limits.pathBytes} bytes together`)
}

/** Of directories while members are put into them. */
export const openMode = 0o700

export function recordDirectory(
  state: ExtractionState,
  path: TreePath,
  wanted: { readonly mode: number; readonly mtime: number | undefined },
): void {
  state.directories.set(path, wanted)
  record(state, path, { kind: 'directory', mode: wanted.mode })
}

export function record({ options, contents }: ExtractionState, path: TreePath, content: ExtractedContent): void {
  if (options.keepsContents === true) contents.set(path, content)
}

/** Runs `place`, which must fail where something is there already; that is removed then, and `place` runs again. */
export function placing<Result>(
  state: ExtractionState,
  member: TarMember,
  path: TreePath,
  place: () => Result,
): Result {
  try {
    return place()
  } catch (error) {
    if (causeCode(error) !== 'EEXIST') throw error
  }
  removeExisting(state, member, path)
  return place()
}

/**
 * Where contents are kept, all that is in the directory came from this archive: what is there and was not recorded has another name
 * that the file system takes for the same one (letter case, Unicode forms).
 */
export function requireRecorded(state: ExtractionState, member: TarMember, path: TreePath): void {
  if (state.options.keepsContents === true && !state.contents.has(path))
    throw invalid(state, member, 'two of its names are one and the same on this file system')
}

function removeExisting(state: ExtractionState, member: TarMember, path: TreePath): void {
  requireRecorded(state, member, path)
  state.linkable.delete(path)
  state.contents.delete(path)
  if (state.tree.entry(path)?.kind !== 'directory') {
    state.tree.remove(path)
    return
  }
  // Names may be equal that are not the same bytes, where a file system ignores case: nothing is known to be safe now.
  state.safeDirectories.clear()
  state.safeDirectories.add(rootPath)
  state.directories.delete(path)
  try {
    state.tree.removeDirectory(path)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(causeCode(error) ?? '')) throw error
    throw invalid(state, member, 'a member would replace a directory that is not empty')
  }
}

export function wantedMode({ options }: ExtractionState, { type, mode }: TarMember): number {
  if (options.kind === 'artifact') return mode
  return type === 'directory' ? (mode & 0o777) | 0o700 : mode & 0o777
}

export function invalid(
  { options }: ExtractionState,
  { path }: TarMember,
  reason: string,
): KithError<'archive-invalid'> {
  return new KithError('archive-invalid', { archive: options.archive, reason, member: shownName(path) })
}

/** On one line. */
export function shownName(path: string): string {
  return bytesText(path).replaceAll('\n', '\\n')
}
