import { expect, test } from 'bun:test'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textTreePath } from '../model/tree-path.ts'
import { writeXattr } from '../native/xattr.ts'
import { walkTree } from '../system/tree.ts'
import { listPrivileged, readXattrs } from './read-xattrs.ts'

/** A directory with these files, each with attributes and a mode. */
function tree(files: Readonly<Record<string, { readonly mode?: number; readonly xattrs?: Record<string, string> }>>) {
  const directory = mkdtempSync(join(tmpdir(), 'kith-read-xattrs-'))
  for (const [name, { mode = 0o644, xattrs = {} }] of Object.entries(files)) {
    writeFileSync(join(directory, name), '')
    const fd = openSync(join(directory, name), 'r')
    for (const [attribute, value] of Object.entries(xattrs)) expect(writeXattr(fd, attribute, value)).toBe('written')
    closeSync(fd)
    chmodSync(join(directory, name), mode)
  }
  const dispose = (): void => rmSync(directory, { recursive: true, force: true })
  return { directory, entries: [...walkTree(directory)], [Symbol.dispose]: dispose }
}

const netRaw = Buffer.from('0100000200200000000000000000000000000000', 'hex').toString('latin1')

test('readXattrs() reads what belongs to a package, and nothing of overlayfs', () => {
  using at = tree({ f: { xattrs: { 'user.b': '2', 'user.a': '1', 'user.overlay.redirect': '/etc' } }, plain: {} })

  expect([...readXattrs(at.directory, at.entries, 'tools')]).toEqual([
    [
      textTreePath('/f'),
      new Map([
        ['user.a', '1'],
        ['user.b', '2'],
      ]),
    ],
  ])
})

test.skipIf(process.getuid?.() !== 0)(
  'listPrivileged() sees capabilities, and modes as they are now (skipped: only root can set them)',
  () => {
    using at = tree({
      ping: { mode: 0o755, xattrs: { 'security.capability': netRaw } },
      su: { mode: 0o4755 },
      was: { mode: 0o4755 },
      plain: { xattrs: { 'user.a': '1' } },
    })
    chmodSync(join(at.directory, 'was'), 0o755)

    expect(listPrivileged(at.directory, at.entries, readXattrs(at.directory, at.entries, 'tools'))).toEqual([
      { path: '/ping', privileges: ['cap_net_raw+ep'] },
      { path: '/su', privileges: ['setuid'] },
    ])
  },
)

test.skipIf(process.getuid?.() !== 0)(
  'readXattrs() refuses capabilities that name a user of this system (skipped: only root can set them)',
  () => {
    const ofUser = Buffer.from('0100000300200000000000000000000000000000e8030000', 'hex').toString('latin1')
    using at = tree({ ping: { xattrs: { 'security.capability': ofUser } } })

    expect(() => readXattrs(at.directory, at.entries, 'tools')).toThrow('of user 1000 alone')
  },
)
