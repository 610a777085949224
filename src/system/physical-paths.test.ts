import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { textTreePath } from '../model/tree-path.ts'
import { scratchDirectory } from './archive/archive-fixtures.ts'
import { PhysicalPaths } from './physical-paths.ts'
import { diskTree } from './tree-view.ts'

/** Path to link text; a text of `/` alone makes a directory. */
function rootWith(nodes: Readonly<Record<string, string>>) {
  const directory = scratchDirectory()
  for (const [path, text] of Object.entries(nodes)) {
    fs.mkdirSync(join(directory.path, dirname(path)), { recursive: true })
    if (text === '/') fs.mkdirSync(join(directory.path, path), { recursive: true })
    else fs.symlinkSync(text, join(directory.path, path))
  }
  return directory
}

function placesIn(nodes: Readonly<Record<string, string>>, ...paths: string[]): string[] {
  using directory = rootWith(nodes)
  const physical = new PhysicalPaths(diskTree(directory.path))
  return paths.map((path) => physical.place(textTreePath(path)))
}

test('PhysicalPaths.place() resolves what is above a path, never its last segment', () => {
  const merged = { '/usr/bin': '/', '/bin': 'usr/bin', '/usr/bin/sh': 'busybox' }

  expect(placesIn(merged, '/bin/sh', '/bin', '/usr/bin/sh', '/')).toEqual(['/usr/bin/sh', '/bin', '/usr/bin/sh', '/'])
})

test('PhysicalPaths.place() resolves links to links (T15: /lib64 -> usr/lib64 -> lib)', () => {
  const nodes = { '/usr/lib': '/', '/usr/lib64': 'lib', '/lib64': 'usr/lib64' }

  expect(placesIn(nodes, '/lib64/libc.so')).toEqual(['/usr/lib/libc.so'])
})

test('PhysicalPaths.place() takes an absolute link for one of the root, and ".." never leaves it', () => {
  const nodes = { '/data/etc': '/', '/a': '/data', '/b': '../../../../data', '/c/d': '../../..' }

  expect(placesIn(nodes, '/a/x', '/b/etc/x', '/c/d/x')).toEqual(['/data/x', '/data/etc/x', '/x'])
})

test('PhysicalPaths.place() takes ".." behind a link from where the link leads, as the kernel does', () => {
  const nodes = { '/far/deep': '/', '/near/hop': '/far/deep', '/link': 'near/hop/../x' }

  expect(placesIn(nodes, '/link/f')).toEqual(['/far/x/f'])
})

test('PhysicalPaths.place() keeps paths that are not there, also behind a link to nothing', () => {
  expect(placesIn({ '/a': 'nowhere' }, '/a/x', '/b/c/d')).toEqual(['/nowhere/x', '/b/c/d'])
})

test('PhysicalPaths.place() ends for links in circles and for links below themselves', () => {
  const nodes = { '/a': 'b', '/b': 'a', '/self': 'self', '/deep': 'deep/er' }

  for (const place of placesIn(nodes, '/a/x', '/b/x', '/self/x', '/deep/x')) expect(place).toMatch(/^\/.*x$/)
})

test('PhysicalPaths.place() ends soon for links that double with each step (attack)', () => {
  const nodes: Record<string, string> = { '/l0': '/' }
  for (let step = 1; step <= 60; step++) nodes[`/l${step}`] = `l${step - 1}/../l${step - 1}`

  expect(placesIn(nodes, '/l60/x')).toEqual(['/l0/x'])
})

test('PhysicalPaths does not follow links in whose place directories will be', () => {
  using directory = rootWith({ '/usr/doc': 'nowhere' })
  const place = textTreePath('/usr/doc')

  expect(new PhysicalPaths(diskTree(directory.path), [place]).place(textTreePath('/usr/doc/x'))).toBe(
    textTreePath('/usr/doc/x'),
  )
})

test('PhysicalPaths agrees with the kernel about random links', () => {
  const segment = fc.constantFrom('a', 'b', 'c', 'd', '..')
  const text = fc
    .tuple(fc.constantFrom('', '/'), fc.array(segment, { minLength: 1, maxLength: 4 }))
    .map(([start, segments]) => start + segments.join('/'))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('/a', '/b', '/c/a', '/d/b', '/d/c'), text), (links) => {
      using directory = rootWith({ '/c': '/', '/d': '/', ...links })
      const physical = new PhysicalPaths(diskTree(directory.path))
      for (const path of ['/a', '/b', '/c/a', '/d/b', '/d/c', '/d/c/a']) {
        const real = realPathIn(directory.path, path)
        if (real !== undefined) expect<string>(physical.target(textTreePath(path))).toBe(real)
      }
    }),
    { numRuns: 200 },
  )
})

/** What the kernel makes of it, as far as no link leads out of the root; undefined where nothing is there. */
function realPathIn(root: string, path: string): string | undefined {
  try {
    const real = fs.realpathSync(join(root, path))
    return real.startsWith(`${root}/`) ? real.slice(root.length) : undefined
  } catch {
    return undefined
  }
}

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)(
  'PhysicalPaths.foreignLink() names a link of another user on the way, also one behind links of ours (skipped: only root can)',
  () => {
    const nodes = { '/etc': '/', '/srv/data': '../etc', '/ours': 'srv/data/x', '/usr/bin': '/', '/bin': 'usr/bin' }
    using directory = rootWith(nodes)
    fs.lchownSync(join(directory.path, 'srv/data'), 65534, 65534)
    const physical = new PhysicalPaths(diskTree(directory.path))
    const linkOn = (path: string): string | undefined => physical.foreignLink(textTreePath(path))

    expect(['/srv/data', '/srv/data/x', '/srv/data/x/y', '/ours/deep/y'].map(linkOn)).toEqual(
      Array<string>(4).fill('/srv/data'),
    )
    expect(['/', '/srv', '/srv/other', '/bin/sh', '/etc/passwd', '/nowhere/x'].map(linkOn)).toEqual(
      Array<undefined>(6).fill(undefined),
    )
    expect(physical.place(textTreePath('/srv/data/passwd'))).toBe(textTreePath('/etc/passwd'))
  },
)

test.skipIf(!isRoot)('PhysicalPaths.foreignLink() trusts whoever the root belongs to (skipped: only root can)', () => {
  using directory = rootWith({ '/usr/bin': '/', '/bin': 'usr/bin' })
  fs.lchownSync(join(directory.path, 'bin'), 1234, 1234)
  const linkOn = () => new PhysicalPaths(diskTree(directory.path)).foreignLink(textTreePath('/bin/sh'))

  expect(linkOn()).toBe(textTreePath('/bin'))
  fs.chownSync(directory.path, 1234, 1234)
  expect(linkOn()).toBeUndefined()
})
