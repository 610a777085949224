import { KithError } from '../errors/kith-error.ts'

/** Something of the host that every build script sees at the same path. */
export interface SandboxFile {
  /** Absolute, without `.`, `..` and empty segments. */
  readonly path: string
  readonly isWritable: boolean
}

/**
 * Parses KISS_SANDBOX_FILES: absolute paths between blanks, each read-only unless `:rw` follows; the last word on a path counts.
 * `/opt/blob /home/user/models:rw`. Sorted, so that directories come before what is in them. Throws `sandbox-file-refused`.
 */
export function parseSandboxFiles(text: string): SandboxFile[] {
  const files = new Map<string, SandboxFile>()
  for (const word of text.split(/\s+/)) {
    if (word === '') continue
    const isWritable = word.endsWith(':rw')
    const written = isWritable ? word.slice(0, -':rw'.length) : word
    const reason = writtenFault(written)
    if (reason !== undefined) throw new KithError('sandbox-file-refused', { path: written, reason })
    const path = `/${segments(written).join('/')}`
    files.set(path, { path, isWritable })
  }
  return [...files.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

function writtenFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'the path is not absolute'
  if (path.split('/').includes('..')) return 'the path holds a ".." segment'
  if (path.includes('\0')) return 'the path holds a NUL byte'
  return sandboxPathFault(`/${segments(path).join('/')}`)
}

/** Why nothing of the host can be shown at `path`, or undefined where it can. */
export function sandboxPathFault(path: string): string | undefined {
  if (path === '/') return 'that is everything'
  const own = ['/dev', '/kith', '/proc', '/run', '/sys', '/tmp', '/var/tmp']
  const found = own.find((directory) => path === directory || path.startsWith(`${directory}/`))
  return found === undefined ? undefined : `the sandbox has a ${found} of its own`
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.')
}

/** For people: `/opt/blob (read-only), /srv/data (read-write)`. */
export function printSandboxFiles(files: readonly SandboxFile[]): string {
  return files.map(({ path, isWritable }) => `${path} (${isWritable ? 'read-write' : 'read-only'})`).join(', ')
}
