import { expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, makeTemporaryDirectory, realPath, removeTree } from './files.ts'
import { mountOptions, placeOptions } from './mount-options.ts'

const mountInfo = `21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
2 21 0:20 / /tmp rw,nosuid,nodev,noexec shared:2 - tmpfs tmpfs rw
`

test.each([
  ['21', ['rw', 'relatime']],
  ['2', ['rw', 'nosuid', 'nodev', 'noexec']],
  ['1', []],
])('mountOptions() finds mount %s', (mount, options) => {
  expect(mountOptions(mount, mountInfo)).toEqual(options)
})

test('placeOptions() looks at the nearest directory that is there, and makes nothing', () => {
  const scratch = makeTemporaryDirectory(tmpdir(), 'kith-place-')
  try {
    makeDirectory(join(scratch, 'a'))

    const { directory, isWritable } = placeOptions(join(scratch, 'a/b/c'))

    expect([directory, isWritable]).toEqual([join(realPath(scratch), 'a'), true])
  } finally {
    removeTree(scratch)
  }
})
