import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A place to unpack into, deep among files that must stay as they are. Whatever comes out of it changes something here: names in one
 * of the directories, or content, mode, times, owner or links of a file.
 */
export interface Canary extends Disposable {
  readonly directory: string
  /** Below all that is watched. */
  readonly root: string
  /** A file and a directory that attacks aim at. */
  readonly file: string
  readonly outside: string
  /** What is not as it was, a line each. */
  readonly changes: () => string[]
}

export const secret = 'precious'

/** `parent` is a directory that outlives it. */
export function openCanary(parent = tmpdir()): Canary {
  const directory = fs.mkdtempSync(join(parent, 'kith-canary-'))
  const outside = join(directory, 'outside')
  const root = join(directory, 'a/b/root')
  for (const path of [join(outside, 'deep'), root]) fs.mkdirSync(path, { recursive: true })
  const files = ['file', 'outside/file', 'outside/deep/file', 'a/file', 'a/b/file'].map((path) => join(directory, path))
  for (const file of files) fs.writeFileSync(file, secret, { mode: 0o600 })
  fs.symlinkSync('file', join(outside, 'link'))
  for (const path of [directory, outside, root]) fs.chmodSync(path, 0o755)
  const before = look(directory)
  return {
    directory,
    root,
    file: join(outside, 'file'),
    outside,
    changes: () => compare(before, look(directory)),
    [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }),
  }
}

/** Everything but the root and what is in it: path to a line that says all of it. */
function look(directory: string): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (path: string): void => {
    const isRoot = path === 'a/b/root'
    const { mode, uid, gid, size, nlink, mtimeMs, ino } = fs.lstatSync(join(directory, path))
    const isDirectory = (mode & 0o170000) === 0o040000
    const isFile = (mode & 0o170000) === 0o100000
    const content = isFile ? fs.readFileSync(join(directory, path), 'latin1') : ''
    // Of a directory the names count; of the root, which is unpacked into, nothing that this changes.
    found.set(
      path,
      isRoot ? `${ino}` : [mode, uid, gid, isDirectory ? '' : `${size} ${nlink}`, mtimeMs, ino, content].join(' '),
    )
    if (isDirectory && !isRoot) for (const name of fs.readdirSync(join(directory, path))) visit(join(path, name))
  }
  visit('')
  return found
}

function compare(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path) ?? 'nothing'} became ${after.get(path) ?? 'nothing'}`)
}
