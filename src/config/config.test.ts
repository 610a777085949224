import { expect, test } from 'bun:test'
import { isKithError } from '../errors/kith-error.ts'
import { readConfig } from './config.ts'

const read = (environment: Record<string, string>, userId = 1000) => readConfig(environment, userId, 4242)

function refusal(environment: Record<string, string>): string {
  try {
    read(environment)
  } catch (error) {
    if (isKithError(error, 'invalid-setting')) return error.message
    throw error
  }
  return 'accepted'
}

test('readConfig() reads lists, leaving out empty fields', () => {
  const config = read({ KISS_PATH: ':/a::/b:', KISS_HOOK: '/h1::/h2' })

  expect(config.repositories).toEqual(['/a', '/b'])
  expect(config.hooks).toEqual(['/h1', '/h2'])
})

test('readConfig() takes trailing slashes off KISS_ROOT; / and nothing are the same', () => {
  expect(read({ KISS_ROOT: '/mnt/new//' }).root).toBe('/mnt/new')
  expect(read({ KISS_ROOT: '/' }).root).toBe('')
  expect(read({ KISS_ROOT: '' }).root).toBe('')
  expect(read({}).root).toBe('')
})

test('readConfig() has the cache in XDG_CACHE_HOME, else below /var/cache for root, else at home', () => {
  expect(read({ XDG_CACHE_HOME: '/x', HOME: '/home/u' }).cacheDirectory).toBe('/x/kiss')
  expect(read({ HOME: '/root' }, 0).cacheDirectory).toBe('/var/cache/kiss')
  expect(read({ HOME: '/home/u' }).cacheDirectory).toBe('/home/u/.cache/kiss')
})

test.each([
  ['0', { isAsking: false, isInstallingBuilt: false }],
  ['1', { isAsking: true, isInstallingBuilt: true }],
  ['2', { isAsking: true, isInstallingBuilt: false }],
  [undefined, { isAsking: true, isInstallingBuilt: true }],
])('KISS_PROMPT=%p decides whether it asks and whether it installs', (value, expected) => {
  expect(read(value === undefined ? {} : { KISS_PROMPT: value })).toMatchObject(expected)
})

test.each([
  ['0', true],
  ['1', false],
  ['', false],
])('KISS_CHOICE=%p refuses conflicts: %p', (value, refuses) => {
  expect(read({ KISS_CHOICE: value }).refusesConflicts).toBe(refuses)
})

test('readConfig() names the setting it cannot use, and what it expected', () => {
  expect(refusal({ KISS_COMPRESS: 'rar' })).toBe(
    'Cannot use setting KISS_COMPRESS="rar": expected one of gz bz2 xz zst lz lzma',
  )
  expect(refusal({ KISS_ROOT: 'relative' })).toContain('KISS_ROOT="relative": expected an absolute path')
  expect(refusal({ KISS_PATH: '/a:b' })).toContain('KISS_PATH="b"')
})

test('readConfig() reads how sysroots are made and what builds see of the host', () => {
  expect(read({})).toMatchObject({ sysroot: 'auto', sandboxFiles: [] })
  expect(read({ KITH_SYSROOT: 'links', KISS_SANDBOX_FILES: '/opt/x:rw' })).toMatchObject({
    sysroot: 'links',
    sandboxFiles: [{ path: '/opt/x', isWritable: true }],
  })
  expect(refusal({ KITH_SYSROOT: 'copy' })).toContain('KITH_SYSROOT="copy": expected one of auto overlay links')
  expect(() => read({ KISS_SANDBOX_FILES: 'x' })).toThrow('not absolute')
})

test.each(['../../etc', 'a/b', '.hidden', '..'])('KISS_PID=%p cannot lead out of the work directory', (value) => {
  expect(refusal({ KISS_PID: value })).toContain('KISS_PID')
})

test('NO_COLOR and KISS_COLOR=0 switch colours off', () => {
  expect(read({}).hasColour).toBe(true)
  expect(read({ NO_COLOR: '1' }).hasColour).toBe(false)
  expect(read({ KISS_COLOR: '0' }).hasColour).toBe(false)
})
