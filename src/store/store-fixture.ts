import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Event } from '../events/event.ts'
import type { HookType } from '../events/hooks.ts'
import { emptySum, printEtcsums } from '../model/etcsums.ts'
import { parseTreePath, textTreePath } from '../model/tree-path.ts'
import { packArtifact } from '../system/archive/pack-artifact.ts'
import { unpackArtifact } from '../system/archive/unpack-artifact.ts'
import { digestBytes } from '../system/digests.ts'
import { hostPath, walkTree } from '../system/tree.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { clearUnfinished } from './clear-unfinished.ts'
import type { InstallSettings } from './install-settings.ts'
import { treePath } from './stage-changes.ts'
import type { StagedTree } from './stage-files.ts'
import { type StagedPackage, stageArtifact } from './staging.ts'
import { makeDirectories, makeStateDirectory } from './state-directory.ts'
import { TransactionSpace } from './transaction-space.ts'

/** For the tests beside: roots in temporary directories, real tarballs, and what is where afterwards. */

export interface Scratch extends Disposable {
  readonly directory: string
  readonly root: string
}

export function scratch(): Scratch {
  const directory = fs.mkdtempSync(join(tmpdir(), 'kith-store-'))
  const root = join(directory, 'root')
  fs.mkdirSync(root)
  return { directory, root, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }) }
}

/** A text is a file's content; `to` makes a symlink, `same` a hard link to an earlier path, `directory` a directory. */
export type Node =
  | string
  | { readonly to: string }
  | { readonly same: string }
  | { readonly directory: number }
  | { readonly content: string; readonly mode: number }
  | { readonly fifo: number }

/** Paths begin with `/` and are bytes as latin1. */
export type Nodes = Readonly<Record<string, Node>>

export function makeNodes(directory: string, nodes: Nodes): void {
  for (const [path, node] of Object.entries(nodes)) {
    const target = hostPath(directory, parseTreePath(path, 'test'))
    fs.mkdirSync(hostPath(directory, parseTreePath(dirname(path), 'test')), { recursive: true })
    if (typeof node === 'string') fs.writeFileSync(target, Buffer.from(node, 'latin1'))
    else if ('to' in node) fs.symlinkSync(node.to, target)
    else if ('same' in node) fs.linkSync(hostPath(directory, parseTreePath(node.same, 'test')), target)
    else if ('fifo' in node) Bun.spawnSync(['mkfifo', '-m', node.fifo.toString(8), String(target)])
    else if ('directory' in node) {
      fs.mkdirSync(target, { recursive: true })
      fs.chmodSync(target, node.directory)
    } else {
      fs.writeFileSync(target, node.content)
      fs.chmodSync(target, node.mode)
    }
  }
}

export interface PackageSpec {
  readonly name: string
  readonly version?: string
  readonly depends?: string
  readonly nodes?: Nodes
  /** Files of the database entry, such as `post-install`, executable. */
  readonly scripts?: Readonly<Record<string, string>>
  /** Makes the manifest other than it would be: gets its lines. */
  readonly rewrite?: (lines: readonly string[]) => readonly string[]
}

/** Packs `<name>@<version>-1.tar.gz` as a build would, and gives its path. */
export async function packPackage(spec: PackageSpec, { directory }: Pick<Scratch, 'directory'>): Promise<string> {
  const { name, version = '1.0', depends, nodes = {}, scripts = {}, rewrite = (lines) => lines } = spec
  const tree = fs.mkdtempSync(join(directory, 'tree-'))
  fs.chmodSync(tree, 0o755)
  const entry = join(tree, 'var/db/kiss/installed', name)
  fs.mkdirSync(entry, { recursive: true })
  fs.writeFileSync(join(entry, 'version'), `${version} 1\n`)
  if (depends !== undefined) fs.writeFileSync(join(entry, 'depends'), depends)
  for (const [file, content] of Object.entries(scripts)) fs.writeFileSync(join(entry, file), content, { mode: 0o755 })
  makeNodes(tree, nodes)
  const hasEtc = fs.existsSync(join(tree, 'etc'))
  if (hasEtc) fs.writeFileSync(join(entry, 'etcsums'), await sumsOf(tree))
  fs.writeFileSync(join(entry, 'manifest'), '')
  const lines = [...walkTree(tree)].map(({ path, kind }) => (kind === 'directory' ? `${path}/` : `${path}`))
  const manifest = rewrite(lines.sort((one, other) => (one < other ? 1 : -1)))
  fs.writeFileSync(join(entry, 'manifest'), Buffer.from(manifest.map((line) => `${line}\n`).join(''), 'latin1'))
  const file = join(directory, `${name}@${version}-1.tar.gz`)
  await packArtifact(tree, file, { compression: 'gz' })
  fs.rmSync(tree, { recursive: true, force: true })
  return file
}

async function sumsOf(tree: string): Promise<string> {
  const files = [...walkTree(tree, textTreePath('/etc'))].filter(({ kind }) => kind !== 'directory')
  const sums = files
    .sort((one, other) => (one.path < other.path ? 1 : -1))
    .map(async ({ path, kind }) =>
      kind === 'file' ? await digestBytes(fs.readFileSync(hostPath(tree, path)), 'blake3') : emptySum,
    )
  return printEtcsums(await Promise.all(sums))
}

/** What is in a root but for what kith keeps for itself, the database's own entries left out unless `withDatabase`: path to content, `-> link`, or `dir`. */
export function showRoot(root: string, withDatabase = false): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const { path, kind } of walkTree(root)) {
    if (/^\/(?:.*\/)?\.kith(?:\/|$)/.test(path)) continue
    // Kept for what kith has there.
    if (/^\/var(\/db(\/kiss)?)?$/.test(path) || (!withDatabase && path.startsWith('/var/db/kiss/installed'))) continue
    const target = hostPath(root, path)
    if (kind === 'file') shown[path] = fs.readFileSync(target, 'latin1')
    else if (kind === 'symlink') shown[path] = `-> ${fs.readlinkSync(target)}`
    else shown[path] = kind === 'directory' ? 'dir' : kind
  }
  return shown
}

/** Only files and links: directories without anything in them are not seen. */
export function showFiles(root: string): Record<string, string> {
  return Object.fromEntries(Object.entries(showRoot(root)).filter(([, content]) => content !== 'dir'))
}

/** A space of its own for each call, and where packages are unpacked into it, as an installation has them. */
export interface TestSpace extends Disposable {
  readonly space: TransactionSpace
  /** Unpacks an artifact. */
  readonly stage: (artifact: string, isForced?: boolean) => Promise<StagedPackage>
  /** Of what is unpacked by now. */
  readonly trees: () => ReadonlyMap<string, StagedTree>
}

export function testSpace(root: string): TestSpace {
  const stack = new DisposableStack()
  const handle = stack.use(new TreeHandle(root))
  const space = stack.use(new TransactionSpace(handle, makeStateDirectory(handle)))
  const trees = new Map<string, StagedTree>()
  return {
    space,
    trees: () => trees,
    async stage(artifact, isForced = false) {
      const name = basename(artifact).split('@')[0] ?? ''
      const path = treePath(name)
      makeDirectories(space.staging(0), path)
      trees.set(name, { kind: 'staging', area: 0, path })
      return await stageArtifact(artifact, space.staging(0).directory + path, isForced)
    },
    [Symbol.dispose]: () => {
      clearUnfinished(handle, space.state)
      stack.dispose()
    },
  }
}

/** Unpacks in this process, so that a test can watch. */
export const unpackHere: NonNullable<InstallSettings['unpack']> = async ({ artifact, directory }) => ({
  artifactHash: '',
  ...(await unpackArtifact(artifact, directory, { keepsXattrs: true, keepsContents: true })),
})

export function testContext(onHook: (type: HookType, args: readonly string[]) => void = () => undefined) {
  const events: Event[] = []
  const abort = new AbortController()
  const context = {
    emit: (event: Event) => void events.push(event),
    signal: abort.signal,
    hooks: { isActive: true, run: async (type: HookType, args: readonly string[]) => onHook(type, args) },
  }
  return { context, events, abort }
}

export const isRoot = process.getuid?.() === 0
export const needsRoot = isRoot ? '' : ' (skipped: only root can)'
