import { expect, test } from 'bun:test'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { landlockAbi } from './landlock.ts'
import { callNumber, check, cString, KernelError, libc } from './libc.ts'
import { tryLock } from './lock.ts'
import { mount } from './mount.ts'
import { openPipe } from './pipe.ts'
import { syncFileSystem } from './sync.ts'

function failure(call: () => void): KernelError {
  try {
    call()
  } catch (error) {
    if (error instanceof KernelError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('check() names the call, what it was about and the error', () => {
  const error = failure(() => check(libc().open(cString('/no/such/file'), 0, 0), 'open', '/no/such/file'))

  expect(error.message).toBe('open /no/such/file: ENOENT (no such file or directory)')
  expect(error.errno).toBe(2)
  expect([error.call, error.subject]).toEqual(['open', '/no/such/file'])
})

test('check() reads the error of the call just made, not an older one', () => {
  for (let round = 0; round < 50; round++) {
    const missing = failure(() => check(libc().open(cString('/no/such/file'), 0, 0), 'open', ''))
    const notDirectory = failure(() => check(libc().open(cString('/dev/null/x'), 0, 0), 'open', ''))
    expect([missing.errno, notDirectory.errno]).toEqual([2, 20])
  }
})

test('check() shows the number of an error that it has no name for', () => {
  expect(new KernelError('call', 'x', 117).message).toBe('call x: error 117')
})

test('check() gives the result of a call that went well', () => {
  expect(check(5n, 'call', '')).toBe(5)
})

test('cString() refuses a NUL byte, which would cut the path short', () => {
  expect(() => cString('/etc\0/x')).toThrow('NUL')
  expect(cString('ä')).toEqual(Buffer.from([0xc3, 0xa4, 0]))
})

test('callNumber() knows this processor', () => {
  expect(callNumber({ x64: 1, arm64: 1 })).toBe(1)
})

test('landlockAbi() is 0 or more', () => {
  expect(landlockAbi()).toBeGreaterThanOrEqual(0)
})

test('mount() throws with the place', () => {
  expect(failure(() => mount({ source: 'none', target: '/no/such/place', type: 'tmpfs' })).message).toMatch(
    /^mount \/no\/such\/place: E/,
  )
})

test('openPipe() gives a pipe that can be opened again by its path', () => {
  const { readEnd, writeEnd } = openPipe()
  const again = openSync(`/proc/self/fd/${writeEnd}`, 'w')
  writeSync(again, 'text')
  const bytes = Buffer.alloc(10)

  expect(bytes.subarray(0, readSync(readEnd, bytes, 0, 10, null)).toString()).toBe('text')
  for (const end of [again, readEnd, writeEnd]) closeSync(end)
})

test('tryLock() holds against a second open file, and ends when it is closed', () => {
  const path = join(tmpdir(), `kith-lock-${process.pid}`)
  const [first, second] = [openSync(path, 'w'), openSync(path, 'w')]

  expect(tryLock(first)).toBe(true)
  expect(tryLock(second)).toBe(false)
  closeSync(first)
  expect(tryLock(second)).toBe(true)
  closeSync(second)
  Bun.spawnSync(['rm', path])
})

test('syncFileSystem() needs something that is there', () => {
  syncFileSystem(tmpdir())

  expect(() => syncFileSystem('/no/such/place')).toThrow('open /no/such/place: ENOENT')
})
