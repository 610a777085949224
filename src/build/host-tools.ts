import type { Digest } from '../model/digest.ts'
import { digestTree } from '../model/merkle-tree.ts'
import { textTreePath } from '../model/tree-path.ts'
import type { DescribedTree } from '../plan/build-action.ts'
import { digestFileNow } from '../system/digests.ts'
import { stampOf } from '../system/file-stamp.ts'
import { readDirectory } from '../system/files.ts'
import type { ContentIndex } from './content-index.ts'

const programs = ['ar', 'as', 'c++', 'cc', 'ld', 'make', 'sh']
const programDirectories = ['/usr/local/bin', '/usr/bin', '/bin']
/** Where C libraries are: `/lib/ld-musl-x86_64.so.1`, `/usr/lib/x86_64-linux-gnu/libc.so.6`. */
const libraryDirectories = ['/lib', '/lib64', '/usr/lib', '/usr/lib64']

/**
 * What stands for the host's own tools in the key of a build that uses them: its shell, compiler, linker, make and C library, by
 * content. Other tools of the host can differ without another key.
 */
export function describeHostTools(index: ContentIndex): DescribedTree[] {
  const found = programs.flatMap((name) => firstFile(programDirectories.map((directory) => `${directory}/${name}`)))
  return [...found, ...libraries()].map((path) => ({ name: path, digest: digestOfFile(path, index) }))
}

/** One file as a tree of its own. Throws `io-failed`. */
export function digestOfFile(path: string, index: ContentIndex): Digest {
  const stamp = stampOf(path) ?? { text: '', isFresh: true, sizeBytes: 0 }
  const hash = index.valueOf(`file ${path}`, stamp, () => digestFileNow(path))
  const { sizeBytes } = stamp
  return digestTree([{ kind: 'file', path: textTreePath('/file'), mode: 0o644, digest: { hash, sizeBytes } }])
}

function firstFile(paths: readonly string[]): string[] {
  const path = paths.find((one) => stampOf(one)?.kind === 'file')
  return path === undefined ? [] : [path]
}

/** The first of each kind: those of other machines' programs are further down. */
function libraries(): string[] {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch
  const directories = libraryDirectories.flatMap((one) => [one, `${one}/${machine}-linux-gnu`])
  const loaders = (readDirectory('/lib') ?? []).filter((name) => /^ld-musl-.*\.so\.1$/.test(name))
  return [
    ...loaders.map((name) => `/lib/${name}`),
    ...firstFile(directories.map((directory) => `${directory}/libc.so.6`)),
  ]
}
