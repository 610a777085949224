import { expect, test } from 'bun:test'
import { textTreePath } from '../../model/tree-path.ts'
import { isInProgramDirectory } from '../../plan/program-directories.ts'
import { buildElf } from '../../system/elf/elf-fixtures.ts'
import { isArchive, stripPlan } from './strip-plan.ts'

const paths = [
  '/bin/a',
  '/usr/bin/a',
  '/usr/sbin/a',
  '/lib/a',
  '/usr/lib/x/y/a',
  '/lib64/a',
  '/usr/lib32/a',
  '/usr/libx32/a',
  '/usr/libexec/a',
  '/libab/c/a',
  '/libx/y/a',
  '/opt/a',
  '/usr/share/a',
  '/usr/library/a',
  '/bin',
  '/usr/lib6/a',
  '/usr/mylib/a',
  '/usr/binary/a',
  '/a/lib\n./b',
]

test("isInProgramDirectory() decides as the shell's case does", () => {
  const patterns = '*/sbin/*|*/bin/*|*/lib/*|*/lib??/*|*/lib???/*|*/lib????/*'
  for (const path of paths) {
    const { exitCode } = Bun.spawnSync(['sh', '-c', `case $1 in ${patterns}) exit 0;; esac; exit 1`, 'sh', path], {
      env: { LC_ALL: 'C' },
    })
    expect([path, isInProgramDirectory(textTreePath(path))]).toEqual([path, exitCode === 0])
  }
})

test('stripPlan() strips programs and libraries wholly, objects and archives of debug symbols only', () => {
  const path = textTreePath('/usr/lib/x')
  const plan = (type: number, byteOrder: 'little' | 'big'): string | undefined =>
    stripPlan(path, buildElf({ class: 64, byteOrder, type }).subarray(0, 18))?.arguments.join(' ')
  for (const byteOrder of ['little', 'big'] as const) {
    expect(plan(1, byteOrder)).toBe('-g -R .comment -R .note')
    expect(plan(2, byteOrder)).toBe('-s -R .comment -R .note')
    expect(plan(3, byteOrder)).toBe('-s -R .comment -R .note')
    expect(plan(4, byteOrder)).toBeUndefined()
  }
  expect(stripPlan(path, Buffer.from('!<arch>\nmember     '))?.kind).toBe('debug-symbols')
  expect(stripPlan(textTreePath('/opt/x'), buildElf({ class: 64, byteOrder: 'little' }))).toBeUndefined()
})

test('stripPlan() leaves scripts, thin archives and short files alone', () => {
  for (const head of ['', '#!/bin/sh -e\n# strip', '!<thin>\nmember     ', '\x7fELF', '\x7fELF\x02\x01\x01          '])
    expect(stripPlan(textTreePath('/bin/x'), Buffer.from(head, 'latin1'))).toBeUndefined()
  expect(isArchive(Buffer.from('!<arch>'))).toBe(false)
})
