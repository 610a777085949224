import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseManifest } from '../model/manifest.ts'
import { packArtifact } from '../system/archive/pack-artifact.ts'
import {
  isFile,
  linkInfo,
  makeDirectory,
  makeEmptyFile,
  makeSymlink,
  makeTemporaryDirectory,
  readDirectory,
  readLink,
  readText,
  removeTree,
} from '../system/files.ts'
import { ensureLayer, type LayerSource } from './layers.ts'

let scratch: string
let layers: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-layers-')
  layers = join(scratch, 'layers')
})
afterEach(() => removeTree(scratch))

async function artifact(name: string, fill: (tree: string) => void): Promise<LayerSource> {
  const tree = join(scratch, `tree-${name}`)
  makeDirectory(tree)
  fill(tree)
  const file = join(scratch, `${name}@1-1.tar.zst`)
  await packArtifact(tree, file, { compression: 'zst', newestMtime: 1e9 })
  return { kind: 'artifact', name, file }
}

function installed(name: string, root: string, manifest: readonly string[]): LayerSource {
  const entries = parseManifest([...manifest].sort().reverse().join('\n')).entries
  return { kind: 'installed', name, root, entries }
}

test('ensureLayer() unpacks an artifact once, exactly, and leaves no draft', async () => {
  const source = await artifact('one', (tree) => {
    writeFileSync(join(tree, 'su'), 'text')
    chmodSync(join(tree, 'su'), 0o4711)
  })

  const first = await ensureLayer(source, [], layers)
  const inode = linkInfo(first)?.inode
  const second = await ensureLayer(source, [], layers)

  expect(second).toBe(first)
  expect(linkInfo(second)?.inode).toBe(inode)
  expect(linkInfo(join(first, 'su'))?.mode).toBe(0o4711)
  expect(readDirectory(layers)?.length).toBe(1)
  expect(linkInfo(layers)?.mode).toBe(0o700)
})

test('ensureLayer() makes another layer when the artifact was built again', async () => {
  const before = await ensureLayer(await artifact('one', (tree) => writeFileSync(join(tree, 'a'), 'old')), [], layers)
  const after = await ensureLayer(await artifact('one', (tree) => writeFileSync(join(tree, 'a'), 'newer')), [], layers)

  expect(after).not.toBe(before)
  expect(readText(join(before, 'a'))).toBe('old')
  expect(readText(join(after, 'a'))).toBe('newer')
})

test('ensureLayer() leaves nothing behind when the artifact is damaged', async () => {
  const source = await artifact('one', (tree) => writeFileSync(join(tree, 'a'), 'text'))
  if (source.kind === 'artifact') writeFileSync(source.file, 'no archive')

  await expect(ensureLayer(source, [], layers)).rejects.toThrow('Cannot unpack')
  expect(readDirectory(layers)).toEqual([])
})

test('ensureLayer() moves what lies below an alias to where the alias leads', async () => {
  const source = await artifact('one', (tree) => {
    makeEmptyFile(join(tree, 'lib64/deep/a.so'))
    makeEmptyFile(join(tree, 'usr/lib64/deep/b.so'))
  })

  const layer = await ensureLayer(source, [{ link: 'lib64', target: 'usr/lib64' }], layers)

  expect(readDirectory(join(layer, 'usr/lib64/deep'))).toEqual(['a.so', 'b.so'])
  expect(linkInfo(join(layer, 'lib64'))).toBeUndefined()
})

test('ensureLayer() does not follow a link of the artifact behind an alias to the host', async () => {
  const outside = join(scratch, 'outside')
  makeDirectory(outside)
  const source = await artifact('evil', (tree) => {
    makeEmptyFile(join(tree, 'lib64/evil'))
    makeSymlink(outside, join(tree, 'usr'))
  })

  await expect(ensureLayer(source, [{ link: 'lib64', target: 'usr/lib64' }], layers)).rejects.toThrow('"/usr"')
  expect(readDirectory(outside)).toEqual([])
  expect(readDirectory(layers)).toEqual([])
})

test('ensureLayer() copies what is installed and still there, links as links', async () => {
  const root = join(scratch, 'root')
  makeEmptyFile(join(root, 'usr/bin/tool'))
  makeSymlink('tool', join(root, 'usr/bin/other'))

  const layer = await ensureLayer(
    installed('tool', root, ['/usr/', '/usr/bin/', '/usr/bin/gone', '/usr/bin/other', '/usr/bin/tool']),
    [],
    layers,
  )

  expect(readDirectory(join(layer, 'usr/bin'))).toEqual(['other', 'tool'])
  expect(readLink(join(layer, 'usr/bin/other'))).toBe('tool')
})

test('ensureLayer() of an installed package keeps a directory that is a link in the root, and writes through no link', async () => {
  const [root, outside] = [join(scratch, 'root'), join(scratch, 'outside')]
  makeDirectory(outside)
  makeEmptyFile(join(root, 'usr/lib64/ld.so'))
  makeSymlink('usr/lib64', join(root, 'lib64'))
  makeEmptyFile(join(outside, 'file'))
  makeSymlink('../outside', join(root, 'own'))

  const layer = await ensureLayer(
    installed('libc', root, ['/lib64/', '/lib64/ld.so', '/own', '/own/file']),
    [{ link: 'lib64', target: 'usr/lib64' }],
    layers,
  )

  expect(isFile(join(layer, 'usr/lib64/ld.so'))).toBe(true)
  expect(linkInfo(join(layer, 'own'))?.kind).toBe('symlink')
  expect(readDirectory(outside)).toEqual(['file'])
})

test('ensureLayer() in two processes at once gives one layer, whole', async () => {
  const source = await artifact('shared', (tree) => {
    for (let index = 0; index < 200; index++) writeFileSync(join(tree, `file${index}`), String(index))
  })
  const program = `
    const { ensureLayer } = await import(${JSON.stringify(join(import.meta.dir, 'layers.ts'))})
    const layer = await ensureLayer(${JSON.stringify(source)}, [], ${JSON.stringify(layers)})
    process.stdout.write(layer)`
  const started = [1, 2, 3].map(() => Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' }))
  const places = await Promise.all(started.map(({ stdout }) => new Response(stdout).text()))

  expect(new Set(places).size).toBe(1)
  expect(readDirectory(layers)).toEqual([places[0]?.slice(layers.length + 1) ?? ''])
  expect(readDirectory(places[0] ?? '')?.length).toBe(200)
})
