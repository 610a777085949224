import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  linkInfo,
  makeDirectory,
  makeTemporaryDirectory,
  readDirectory,
  readText,
  removeTree,
  writeFileAtomic,
} from '../system/files.ts'
import { findCgroupParents, mountedHierarchies, openCgroup } from './cgroup.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-cgroup-')
})
afterEach(() => removeTree(scratch))

/** A directory that looks like a cgroup of version 2 whose children have `given`. */
function cgroup(path: string, given: string): string {
  const directory = join(scratch, path)
  makeDirectory(directory)
  writeFileAtomic(join(directory, 'cgroup.subtree_control'), given)
  return directory
}

/** Nothing is left to switch on: a write to a file that is no cgroup's would only spoil it. */
const all = 'cpu memory pids\n'

const unified = (root = '/'): ReturnType<typeof mountedHierarchies> => [
  { version: 2, root, mountPoint: scratch, options: ['rw'] },
]

test('mountedHierarchies() knows both versions, and what is mounted of them', () => {
  const text = [
    '30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate',
    '41 25 0:30 /docker/a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory',
    '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
    '',
  ].join('\n')

  expect(mountedHierarchies(text)).toEqual([
    { version: 2, root: '/', mountPoint: '/sys/fs/cgroup', options: ['rw', 'nsdelegate'] },
    { version: 1, root: '/docker/a', mountPoint: '/sys/fs/cgroup/memory', options: ['rw', 'memory'] },
  ])
})

test('findCgroupParents() takes the nearest cgroup whose children are limited', () => {
  cgroup('', all)
  const slice = cgroup('user.slice', all)
  cgroup('user.slice/session', '\n')

  expect(findCgroupParents('0::/user.slice/session\n', unified())).toEqual([
    { directory: slice, version: 2, controllers: ['memory', 'pids', 'cpu'] },
  ])
  expect(readDirectory(slice)).toEqual(['cgroup.subtree_control', 'session'])
})

test('findCgroupParents() asks nothing of a cgroup with processes, which would become one of threads, nor of one of threads', () => {
  cgroup('', all)
  const part = cgroup('part', all)
  for (const [name, type, processes] of [
    ['busy', 'domain\n', '17\n'],
    ['threads', 'domain threaded\n', ''],
  ] as const) {
    const own = cgroup(`part/${name}`, '\n')
    writeFileAtomic(join(own, 'cgroup.type'), type)
    writeFileAtomic(join(own, 'cgroup.procs'), processes)

    expect(findCgroupParents(`0::/part/${name}\n`, unified()).map(({ directory }) => directory)).toEqual([part])
    expect(readText(join(own, 'cgroup.subtree_control'))).toBe('\n')
  }
})

test('findCgroupParents() finds nothing where no controller is given, or the cgroup is not in what is mounted', () => {
  cgroup('a', '\n')

  expect(findCgroupParents('0::/a\n', unified())).toEqual([])
  expect(findCgroupParents('0::/a\n', unified('/other'))).toEqual([])
  expect(findCgroupParents('0::/a\n', [])).toEqual([])
  expect(findCgroupParents('', unified())).toEqual([])
})

test('findCgroupParents() starts where a container mounts its part of the tree', () => {
  const own = cgroup('inner', all)

  expect(findCgroupParents('0::/docker/x/inner\n', unified('/docker/x'))).toEqual([
    { directory: own, version: 2, controllers: ['memory', 'pids', 'cpu'] },
  ])
})

test('findCgroupParents() takes away what a killed kith left, and nothing of one that lives', () => {
  const top = cgroup('', all)
  // No process has a number above the kernel's largest possible one.
  for (const name of [`kith-${process.pid}-7`, 'kith-4194305-0', 'kith-x', 'other']) makeDirectory(join(top, name))

  findCgroupParents('0::/\n', unified())

  expect(
    readDirectory(top)
      ?.filter((name) => !name.includes('.'))
      .sort(),
  ).toEqual([`kith-${process.pid}-7`, 'kith-x', 'other'].sort())
})

test('openCgroup() without a parent or without limits makes nothing', () => {
  const none = { memoryBytes: undefined, processes: undefined, cpus: undefined }
  const parent = { directory: scratch, version: 2, controllers: ['memory', 'pids', 'cpu'] } as const
  using alone = openCgroup([], { ...none, processes: 5 })
  using unlimited = openCgroup([parent], none)

  expect(alone.directories).toEqual([])
  expect(unlimited.directories).toEqual([])
  expect(readDirectory(scratch)).toEqual([])
})

const own = findCgroupParents()
const limited = test.skipIf(own.length === 0)
limited('openCgroup() sets the limits in the kernel, and disposing removes it (skipped without cgroups)', () => {
  const limits = { memoryBytes: 64 * 1024 ** 2, processes: 50, cpus: 1.5 }
  const { directories, exceeded, [Symbol.dispose]: remove } = openCgroup(own, limits)
  const setting = (file: string): string[] =>
    directories.flatMap((directory) =>
      linkInfo(join(directory, file)) ? [readText(join(directory, file)).trim()] : [],
    )

  expect(setting('pids.max')).toEqual(['50'])
  expect([...setting('memory.max'), ...setting('memory.limit_in_bytes')]).toEqual(['67108864'])
  expect([...setting('cpu.max'), ...setting('cpu.cfs_quota_us')].map((text) => text.split(' ')[0])).toEqual(['150000'])
  expect(exceeded()).toEqual([])
  remove()
  expect(directories.map((directory) => linkInfo(directory))).toEqual(directories.map(() => undefined))
})

test('openCgroup() leaves nothing behind where a limit cannot be set', () => {
  // A directory that is no cgroup has no file for it.
  const parent = { directory: scratch, version: 2, controllers: ['pids'] } as const

  expect(() => openCgroup([parent], { memoryBytes: undefined, processes: 50, cpus: undefined })).toThrow('pids.max')
  expect(readDirectory(scratch)).toEqual([])
})
