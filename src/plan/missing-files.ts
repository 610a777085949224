import { type MissingKind, missingMessages } from './missing-messages.ts'

/** Something that a build did not find. */
export interface MissingFile {
  readonly kind: MissingKind
  /** `cmake`, `foo/bar.h`, `z` (of -lz), `libz.so.1`, `glib-2.0`, `ZLIB`, `google.protobuf`, `XML::Parser`, `AX_PTHREAD`. */
  readonly name: string
}

/** How much of the end of a log is looked at. */
export const logTail = { lines: 200, characters: 1 << 16 } as const

/** Of what a log misses, the last so many: the first are often optional. */
const mostMissing = 24

/**
 * What the end of a build's log says is not there, in its order, each once. The log is hostile: names are plain and short,
 * and the time grows with its length only. Optional things that CMake and configure scripts look for do not count.
 */
export function findMissing(log: string): readonly MissingFile[] {
  const found = new Map<string, MissingFile>()
  const add = (missing: MissingFile): void => {
    if (!isPlain(missing)) return
    const key = `${missing.kind} ${missing.name}`
    found.delete(key)
    found.set(key, missing)
  }
  let scan: Scan = { block: 'none', pending: [] }
  for (const line of lastLines(log)) {
    scan = follow(scan, line, add)
    if (scan.block !== 'warning') for (const missing of readLine(line)) add(missing)
  }
  return [...found.values()].slice(-mostMissing)
}

function lastLines(log: string): string[] {
  const lines = log.slice(-logTail.characters).split(/[\r\n]+/)
  return lines.slice(-logTail.lines).map((line) => line.replace(/\x1b\[[0-9;]{0,20}[mK]/g, ''))
}

/** What the messages in one line name. */
function readLine(line: string): MissingFile[] {
  return missingMessages.flatMap(({ kind, needle, pattern, name }) => {
    const at = line.indexOf(needle)
    if (at === -1) return []
    const captured = pattern.exec(line.slice(Math.max(0, at - 250), at + 450))
    if (captured === null) return []
    return name === undefined ? splitNames(captured[1] ?? '').map((one) => missingOf(kind, one)) : [{ kind, name }]
  })
}

/** `a >= 1 b`, `'a', 'b'`: names without what is said of their versions. */
function splitNames(captured: string): string[] {
  const words = captured.replace(/[<>=]{1,2} {0,3}[^ ,;']{1,60}/g, ' ').split(/[ ,;']+/)
  return words.filter((word) => word !== '')
}

/** A shell that was given an unknown macro of autoconf takes it for a command. */
function missingOf(kind: MissingKind, captured: string): MissingFile {
  const isMacro = kind === 'command' && /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(captured)
  // A sentence may end behind the name.
  const name = captured.replace(/[.:]$/, '')
  return { kind: isMacro ? 'm4' : kind, name: kind === 'perl' ? name.replaceAll('/', '::') : name }
}

/** Such as can be part of a path, and neither leave it nor look like an option. */
function isPlain({ kind, name }: MissingFile): boolean {
  if (name.length > 200 || name.split(/[/.:]/).length > 40) return false
  if (kind === 'header') return name.split('/').every((segment) => /^[A-Za-z0-9_+][A-Za-z0-9_.+-]*$/.test(segment))
  if (kind === 'perl') return /^\w+(?:::\w+)*$/.test(name)
  return /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name)
}

/** Messages of several lines. */
interface Scan {
  readonly block: 'none' | 'warning' | 'python-list' | 'module-list'
  /** What may turn out to be needed: said before the line that says so. */
  readonly pending: readonly MissingFile[]
}

function follow(scan: Scan, line: string, add: (missing: MissingFile) => void): Scan {
  const isIndented = /^\s/.test(line)
  if (/^CMake (?:Deprecation )?Warning/.test(line)) return { block: 'warning', pending: [] }
  if (/^ERROR Missing dependencies:/.test(line)) return { ...scan, block: 'python-list' }
  if (/^-- Checking for module/.test(line)) return { block: 'none', pending: [] }
  const optional =
    /^-- {2,6}(?:No package|Package) '([^']{1,100})'/.exec(line) ??
    /^(?:[A-Z][a-z-]{1,12} )?[Dd]ependency ([^ ]{1,100}) found: NO/.exec(line)
  if (optional !== null) return { ...scan, pending: [...scan.pending, { kind: 'pkg-config', name: optional[1] ?? '' }] }
  const isNeeded =
    /^\s{1,4}(?:A required package was not found|The following required packages were not found)/.test(line) ||
    /ERROR: (?:Neither a subproject directory nor|Automatic wrap-based subproject)/.test(line)
  if (isNeeded) {
    for (const missing of line.includes('ERROR') ? scan.pending.slice(-1) : scan.pending) add(missing)
    return { block: 'module-list', pending: [] }
  }
  if (line === '' || !isIndented) return line === '' ? scan : { ...scan, block: 'none' }
  const item = /^\s{1,8}(?:- )?([A-Za-z0-9_.+-]{1,100})/.exec(line)?.[1]
  if (item !== undefined && scan.block === 'python-list') add({ kind: 'python', name: item })
  if (item !== undefined && scan.block === 'module-list' && /^\s{1,8}- /.test(line))
    add({ kind: 'pkg-config', name: item })
  return scan
}
