import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Dependency, parseDepends } from '../model/depends.ts'
import { parseManifest } from '../model/manifest.ts'
import { parsePackageName } from '../model/package-name.ts'
import { packArtifact } from '../system/archive/pack-artifact.ts'
import {
  linkInfo,
  makeDirectory,
  makeSymlink,
  makeTemporaryDirectory,
  removeTree,
  writeFileAtomic,
} from '../system/files.ts'
import { collectSysroot, type PackageSupply, type SuppliedInstalled } from './sysroot-packages.ts'

let scratch: string
let root: string
let installed: Map<ReturnType<typeof parsePackageName>, SuppliedInstalled>
let artifacts: Map<string, string>
let cached: Map<string, string>
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-supply-')
  root = join(scratch, 'root')
  installed = new Map()
  artifacts = new Map()
  cached = new Map()
})
afterEach(() => removeTree(scratch))

const depends = (text: string): readonly Dependency[] => parseDepends(text, 'depends').dependencies

/** Writes a package's files and database entry into a tree; gives its manifest. */
function writePackage(tree: string, name: string, files: readonly string[], needs: string): string {
  const entry = `/var/db/kiss/installed/${name}`
  const paths = [...files, `${entry}/depends`, `${entry}/manifest`]
  for (const path of paths.slice(0, -1)) {
    makeDirectory(join(tree, path, '..'))
    writeFileAtomic(join(tree, path), path.endsWith('/depends') ? needs : path)
  }
  makeDirectory(join(tree, entry))
  const manifest = `${paths.sort().reverse().join('\n')}\n`
  writeFileAtomic(join(tree, entry, 'manifest'), manifest)
  return manifest
}

function install(name: string, files: readonly string[], needs = ''): void {
  const { entries } = parseManifest(writePackage(root, name, files, needs))
  installed.set(parsePackageName(name), { dependencies: depends(needs), manifest: () => entries })
}

async function buildPackage(name: string, files: readonly string[], needs = ''): Promise<void> {
  const tree = join(scratch, 'trees', name)
  writePackage(tree, name, files, needs)
  const file = join(scratch, `${name}@1-1.tar.zst`)
  await packArtifact(tree, file, { compression: 'zst', newestMtime: 1e9 })
  artifacts.set(name, file)
}

/** Built earlier, neither installed nor part of this plan. */
async function cachePackage(name: string, files: readonly string[], needs = ''): Promise<void> {
  await buildPackage(name, files, needs)
  cached.set(name, artifacts.get(name) ?? '')
  artifacts.delete(name)
}

async function collect(needs: string) {
  const supply: PackageSupply = {
    artifactOf: (name) => artifacts.get(name),
    builtOf: (name) => cached.get(name),
    installed,
    root,
  }
  const sysroot = await collectSysroot(depends(needs), supply, join(scratch, 'layers'))
  const names = sysroot.layers.map((layer) => basename(layer).replace(/-[0-9a-f]+$/, ''))
  return { ...sysroot, names }
}

test('collectSysroot() takes what is declared, and what that needs to run, not what it needed to be built', async () => {
  install('zlib', ['/usr/lib/libz.so.1'])
  install('meson', ['/usr/bin/meson'])
  install('curl', ['/usr/bin/curl'], 'meson make\nzlib\n')
  install('other', ['/usr/bin/other'])

  const { names, hasHostTools } = await collect('curl make\n')

  expect(names).toEqual(['curl', 'zlib'])
  expect(hasHostTools).toBe(true)
})

test('collectSysroot() prefers what was built to what is installed, with its detected dependencies', async () => {
  install('curl', ['/usr/bin/curl'])
  install('zlib', ['/usr/lib/libz.so.1'])
  await buildPackage('curl', ['/usr/bin/curl'], 'zlib\n')

  const { names, libraries } = await collect('curl\n')

  expect(names).toEqual(['curl', 'zlib'])
  expect(libraries).toEqual([{ package: 'zlib', path: '/usr/lib/libz.so.1' }])
})

test('collectSysroot() survives a cycle and a dependency that is nowhere', async () => {
  install('one', ['/usr/one'], 'two\n')
  install('two', ['/usr/two'], 'one\nnowhere\n')

  expect((await collect('one\ngone\n')).names).toEqual(['one', 'two'])
})

test('collectSysroot() uses base instead of the tools of the host, below the dependencies', async () => {
  install('busybox', ['/usr/bin/sh'])
  install('gcc', ['/usr/bin/cc'], 'binutils\n')
  install('binutils', ['/usr/bin/ld'])
  install('base', [], 'busybox\ngcc\n')
  install('zlib', ['/usr/lib/libz.so.1'])

  const { names, hasHostTools } = await collect('zlib\n')

  expect(names).toEqual(['zlib', 'base', 'busybox', 'gcc', 'binutils'])
  expect(hasHostTools).toBe(false)
})

test('collectSysroot() takes base from the cache where it is built but not installed', async () => {
  await cachePackage('base', [], 'shell\n')
  await cachePackage('shell', ['/usr/bin/sh', '/usr/lib/libsh.so.1'])
  install('zlib', ['/usr/lib/libz.so.1'])

  const { hasHostTools, libraries, layers } = await collect('zlib')

  expect(hasHostTools).toBe(false)
  expect(libraries.map((one) => one.package).sort()).toEqual(['shell', 'zlib'])
  expect(layers.length).toBe(3)
})

test('collectSysroot() falls back to the host where base lacks a part or a shell', async () => {
  install('base', [], 'busybox\n')
  expect((await collect('')).hasHostTools).toBe(true)

  install('busybox', ['/usr/bin/true'])
  expect((await collect('')).hasHostTools).toBe(true)

  install('busybox', ['/usr/bin/sh'])
  expect((await collect('')).hasHostTools).toBe(false)
})

test('collectSysroot() takes the links of a merged /usr from base alone, and makes each layer once', async () => {
  install('base', [], 'busybox\n')
  makeDirectory(join(root, 'usr/lib'))
  makeSymlink('usr/lib', join(root, 'lib'))
  makeSymlink('usr/bin', join(root, 'sbin'))
  install('busybox', ['/usr/bin/sh'])
  const before = installed.get(parsePackageName('busybox'))
  const entries = [...(before?.manifest() ?? []), ...parseManifest('/lib\n').entries]
  installed.set(parsePackageName('busybox'), { dependencies: [], manifest: () => entries })
  await buildPackage('zlib', ['/lib/libz.so.1'])

  const { aliases, layers, names } = await collect('zlib\n')

  expect(aliases).toEqual([{ link: 'lib', target: 'usr/lib' }])
  expect(names).toEqual(['zlib', 'base', 'busybox'])
  expect(linkInfo(join(layers[0] ?? '', 'usr/lib/libz.so.1'))?.kind).toBe('file')
})

test('collectSysroot() follows no link of a layer to read its database entry', async () => {
  const tree = join(scratch, 'trees', 'evil')
  const outside = join(scratch, 'outside')
  writePackage(outside, 'evil', ['/usr/lib/secret.so'], 'zlib\n')
  makeDirectory(tree)
  makeSymlink(join(outside, 'var'), join(tree, 'var'))
  artifacts.set('evil', join(scratch, 'evil@1-1.tar.zst'))
  await packArtifact(tree, join(scratch, 'evil@1-1.tar.zst'), { compression: 'zst', newestMtime: 1e9 })
  install('zlib', ['/usr/lib/libz.so.1'])

  const { names, libraries } = await collect('evil\n')

  expect(names).toEqual(['evil'])
  expect(libraries).toEqual([])
})
