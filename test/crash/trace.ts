import { readFileSync } from 'node:fs'
import type { RecordedChange } from './record.ts'

/** A call of the kernel below a root, by the thread `thread`; `other`: it changes something, and is none that kith makes there. */
export type TracedCall = { readonly thread: number } & (
  | { readonly change: RecordedChange }
  | { readonly other: string; readonly path: string }
)

/** Whatever can change a file or a name, or make that last. A question mark: not every strace knows it. */
const tracedCalls = [
  ...['open', 'openat', '?openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'symlink', 'symlinkat'],
  ...['link', 'linkat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'sendfile', 'copy_file_range', 'splice', 'truncate', 'ftruncate'],
  ...['fallocate', 'chmod', 'fchmod', 'fchmodat', '?fchmodat2', 'chown', 'lchown', 'fchown', 'fchownat'],
  ...['utime', 'utimes', 'futimesat', 'utimensat', 'setxattr', 'lsetxattr', 'fsetxattr', 'removexattr'],
  ...['lremovexattr', 'fremovexattr', 'sync', 'syncfs', 'fsync', 'fdatasync', 'sync_file_range'],
]

/** Words that run a command under the kernel's tracer, in all its processes; parseTrace reads what comes into `file`. */
export function traceWords(file: string): string[] {
  return ['strace', '-f', '-y', '-xx', '-s', '33554432', '-qq', '-o', file, '-e', `trace=${tracedCalls.join(',')}`]
}

/** Why a program cannot be traced here, or undefined. */
export function whyNoTrace(): string | undefined {
  if (process.platform !== 'linux' || Bun.which('strace') === null) return 'needs strace'
  const { exitCode } = Bun.spawnSync(['strace', '-qq', '-o', '/dev/null', 'true'], { stderr: 'ignore' })
  return exitCode === 0 ? undefined : 'strace may not trace here'
}

/** The calls below `root` in the order in which the tracer saw them end: those of every process where they belong. */
export function readTrace(file: string, root: string): TracedCall[] {
  return parseTrace(readFileSync(file, 'latin1'), root)
}

/**
 * Parses lines of strace, such as
 *
 *     812 mkdirat(8<\x2f\x72>, "\x76\x61\x72", 0700) = 0
 *     812 fsync(9<\x2f\x72> <unfinished ...>
 *     812 <... fsync resumed>) = 0
 */
export function parseTrace(text: string, root: string): TracedCall[] {
  const calls: TracedCall[] = []
  const unfinished = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [, threadText = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const thread = Number(threadText)
    const start = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1]
    if (start !== undefined) {
      unfinished.set(thread, start)
      continue
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, () => unfinished.get(thread) ?? '')
    const call = parseCall(whole, root)
    if (call !== undefined) calls.push({ thread, ...call })
  }
  return calls
}

interface Call {
  readonly name: string
  readonly args: readonly string[]
  readonly result: number
}

type Found = { readonly change: RecordedChange } | { readonly other: string; readonly path: string }

function parseCall(text: string, root: string): Found | undefined {
  const parts = /^(\w+)\((.*)\) += (-?\d+)/.exec(text)
  if (parts === null) return undefined
  const [, name = '', args = '', result = ''] = parts
  const call = { name, args: splitArguments(args), result: Number(result) }
  // A path that is not walked by handle is only looked at where it fails: `mkdir` of what is there.
  if (call.result < 0 && !args.includes('<')) return undefined
  const [path, to] = pathsOf(call)
  const isBelow = (one: string): boolean => one === root || one.startsWith(`${root}/`)
  if (path === undefined || (!isBelow(path) && !isBelow(to ?? ''))) return undefined
  return changeOf(call, path.slice(root.length) || '/', to?.slice(root.length) ?? '')
}

/** At commas, but not within brackets; all texts are hexadecimal. */
function splitArguments(text: string): string[] {
  const args = ['']
  let depth = 0
  for (const character of text) {
    if ('[{'.includes(character)) depth++
    if (']}'.includes(character)) depth--
    if (character === ',' && depth === 0) args.push('')
    else args[args.length - 1] += character
  }
  return args.map((one) => one.trim())
}

/** Paths that a call is about, whole: `dirfd, "name"` pairs, a path alone, or an open file. */
function pathsOf({ name, args }: Call): string[] {
  const words = name.startsWith('symlink') ? args.slice(1) : args
  const paths: string[] = []
  for (let index = 0; index < words.length; index++) {
    const directory = /^(?:\d+|AT_FDCWD)<(.*)>$/.exec(words[index] ?? '')?.[1]
    const text = /^"(.*)"/.exec(words[directory === undefined ? index : index + 1] ?? '')?.[1]
    if (directory === undefined && (index > 1 || text === undefined)) continue
    const isPair = directory !== undefined && text !== undefined && takesNames(name)
    const path = decode((isPair || directory === undefined ? text : directory) ?? '')
    paths.push(isPair && !path.startsWith('/') ? `${decode(directory)}/${path}` : path)
    if (isPair) index++
  }
  return paths
}

function takesNames(name: string): boolean {
  return /at2?$|^futimesat$/.test(name)
}

function changeOf(call: Call, path: string, to: string): Found | undefined {
  const { name, args, result } = call
  const octal = (index: number): number => Number.parseInt(args[index] ?? '', 8)
  switch (name) {
    case 'openat':
    case 'open':
    case 'openat2': {
      const flags = args.find((one) => /\bO_(?:RDONLY|WRONLY|RDWR)\b/.test(one)) ?? ''
      if (flags.includes('O_CREAT') && name !== 'openat2')
        return { change: { kind: 'create', path, mode: Number.parseInt(args.at(-1) ?? '', 8) } }
      return /O_WRONLY|O_RDWR|O_TRUNC|O_CREAT/.test(flags) ? { other: `${name} ${flags}`, path } : undefined
    }
    case 'mkdirat':
      return { change: { kind: 'make-directory', path, mode: octal(2) } }
    case 'mknodat':
      return args[2]?.startsWith('S_IFIFO|')
        ? { change: { kind: 'make-fifo', path, mode: Number.parseInt(args[2].slice('S_IFIFO|'.length), 8) } }
        : { other: name, path }
    case 'symlinkat':
      return { change: { kind: 'make-symlink', path, to: textOf(args[0]) } }
    case 'write':
      return { change: { kind: 'write', path, bytes: textOf(args[1]).slice(0, Math.max(0, result)) } }
    case 'fallocate':
      return args[1] === 'FALLOC_FL_KEEP_SIZE'
        ? { change: { kind: 'allocate', path, sizeBytes: Number(args[3]) } }
        : { other: name, path }
    case 'linkat':
      return { change: { kind: 'link', path, to } }
    case 'renameat':
      return { change: { kind: 'rename', path, to } }
    case 'unlinkat':
      return { change: { kind: args[2] === 'AT_REMOVEDIR' ? 'remove-directory' : 'remove', path } }
    case 'unlink':
      return { change: { kind: 'remove', path } }
    case 'fchmod':
      return { change: { kind: 'change-mode', path, mode: octal(1) } }
    case 'fchmodat':
      return { change: { kind: 'change-mode', path, mode: octal(2) } }
    case 'fchownat':
      return { change: { kind: 'change-owner', path, uid: Number(args[2]), gid: Number(args[3]) } }
    case 'utimensat':
      return { change: { kind: 'change-times', path, seconds: secondsOf(args[2] ?? '') } }
    case 'fsetxattr':
      return { change: { kind: 'change-xattr', path, name: textOf(args[1]), value: textOf(args[2]) } }
    case 'fsync':
      return { change: { kind: 'sync', path } }
    case 'syncfs':
      return { change: { kind: 'sync-file-system', path } }
    default:
      return { other: name, path }
  }
}

/** The second of two times: that of the last change. */
function secondsOf(times: string): number {
  const found = [...times.matchAll(/tv_sec=(-?\d+), tv_nsec=(\d+)/g)].at(-1)
  return Number(found?.[1]) + Number(found?.[2]) / 1e9
}

function textOf(word = ''): string {
  return decode(/^"(.*)"/.exec(word)?.[1] ?? '')
}

/** `\x2f\x72`, bytes as latin1. */
function decode(hexadecimal: string): string {
  return Buffer.from(hexadecimal.replaceAll('\\x', ''), 'hex').toString('latin1')
}
