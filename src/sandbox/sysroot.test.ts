import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, makeEmptyFile, makeSymlink, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { findAliases, planSysroot, topmostKind } from './sysroot.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-sysroot-')
})
afterEach(() => removeTree(scratch))

/** A layer with these paths: `usr/` a directory, `lib -> usr/lib` a link, anything else a file. */
function layer(name: string, ...paths: readonly string[]): string {
  const directory = join(scratch, name)
  makeDirectory(directory)
  for (const path of paths) {
    const [from = '', to] = path.split(' -> ')
    if (to !== undefined) makeSymlink(to, join(directory, from))
    else if (path.endsWith('/')) makeDirectory(join(directory, path))
    else makeEmptyFile(join(directory, path))
  }
  return directory
}

test('planSysroot() merges each top-level directory, the first layer on top, sorted by name', () => {
  const [top, middle] = [layer('top', 'usr/', 'etc/'), layer('middle', 'usr/', 'srv/')]

  expect(planSysroot({ layers: [top, middle], hasHostTools: false })).toEqual([
    { kind: 'overlay', target: '/etc', lowers: [`${top}/etc`] },
    { kind: 'overlay', target: '/srv', lowers: [`${middle}/srv`] },
    { kind: 'overlay', target: '/usr', lowers: [`${top}/usr`, `${middle}/usr`] },
  ])
})

test('planSysroot() puts the tools of the host below every layer, and nothing else of the host', () => {
  const mounts = planSysroot({ layers: [layer('one', 'usr/')], hasHostTools: true })
  const targets = mounts.map((mount) => ('target' in mount ? mount.target : ''))

  expect(mounts.find((mount) => 'target' in mount && mount.target === '/usr')).toEqual({
    kind: 'overlay',
    target: '/usr',
    lowers: [join(scratch, 'one/usr'), '/usr'],
  })
  for (const kept of ['/home', '/root', '/etc', '/var', '/boot', '/srv', '/mnt']) expect(targets).not.toContain(kept)
})

test('planSysroot() lets the topmost layer say what a name is: link, file or directory', () => {
  const layers = [layer('links', 'lib -> usr/lib', 'usr/', 'file'), layer('directories', 'lib/', 'usr', 'file/')]

  expect(planSysroot({ layers, hasHostTools: false })).toEqual([
    { kind: 'bind', target: '/file', source: join(scratch, 'links/file'), isWritable: false },
    { kind: 'symlink', target: '/lib', to: 'usr/lib' },
    { kind: 'overlay', target: '/usr', lowers: [join(scratch, 'links/usr')] },
  ])
})

test('planSysroot() takes none of its own directories from a layer', () => {
  const hostile = layer('hostile', 'dev -> /etc', 'proc/', 'tmp/', 'kith -> /', 'run/', 'sys/')

  expect(planSysroot({ layers: [hostile], hasHostTools: false })).toEqual([])
})

test('planSysroot() merges no directory with one that something else hides', () => {
  const layers = [layer('top', 'opt/'), layer('link', 'opt -> srv'), layer('bottom', 'opt/', 'srv/')]

  expect(planSysroot({ layers, hasHostTools: false })).toEqual([
    { kind: 'overlay', target: '/opt', lowers: [join(scratch, 'top/opt')] },
    { kind: 'overlay', target: '/srv', lowers: [join(scratch, 'bottom/srv')] },
  ])
})

test('planSysroot() of what a worker gets merges nothing, so that it needs neither overlays nor links', () => {
  const mounts = planSysroot({ layers: [layer('host-etc', 'etc/', 'var/tmp/')], hasHostTools: true })

  for (const mount of mounts) if (mount.kind === 'overlay') expect(mount.lowers.length).toBe(1)
})

test('findAliases() gives the links of a merged /usr, relative and absolute, and nothing that stays where it is', () => {
  const root = layer(
    'root',
    ...[
      'bin -> usr/bin',
      'lib -> /usr/lib',
      'sbin -> usr/bin',
      'usr/sbin -> bin',
      'lib64 -> lib64',
      'lib32/',
      'usr/bin/',
    ],
  )

  expect(findAliases(root)).toEqual([
    { link: 'bin', target: 'usr/bin' },
    { link: 'lib', target: 'usr/lib' },
    { link: 'sbin', target: 'usr/bin' },
    { link: 'usr/sbin', target: 'usr/bin' },
  ])
})

test('topmostKind() sees a link on the way to a path', () => {
  const linked = layer('linked', 'var -> /etc')
  const plain = layer('plain', 'var/tmp/')

  expect(topmostKind([plain, linked], 'var/tmp')).toBe('directory')
  expect(topmostKind([linked, plain], 'var/tmp')).toBe('symlink')
  expect(topmostKind([layer('other', 'var -> x', 'a/')], 'a')).toBe('directory')
  expect(topmostKind([layer('none')], 'var/tmp')).toBeUndefined()
})
