import { expect, test } from 'bun:test'
import { chooseEpoch, scriptEnvironment } from './script-environment.ts'

const plain = { passed: [], hasNetwork: false, sourceDateEpoch: 1 }

test('scriptEnvironment() sets the tools where the user has not, or has them empty', () => {
  const { AR, CC, CXX, NM, RANLIB } = scriptEnvironment('zlib', { CC: 'clang', CXX: '' }, plain)

  expect({ AR, CC, CXX, NM, RANLIB }).toEqual({ AR: 'ar', CC: 'clang', CXX: 'c++', NM: 'nm', RANLIB: 'ranlib' })
})

test('scriptEnvironment() hands on what is about building, and no DESTDIR', () => {
  const environment = scriptEnvironment('zlib', { CFLAGS: '-O2  -g', MAKEFLAGS: '-j9', LC_ALL: 'de_DE' }, plain)

  expect(environment.CFLAGS).toBe('-O2  -g')
  expect(environment.MAKEFLAGS).toBe('-j9')
  expect('LC_ALL' in environment).toBe(false)
  expect('DESTDIR' in environment).toBe(false)
})

test('scriptEnvironment() keeps the flags of the user behind its own', () => {
  const environment = scriptEnvironment(
    'zlib',
    { RUSTFLAGS: '-Copt-level=2', GOFLAGS: '-v', GOPATH: '/home/go' },
    plain,
  )

  expect(environment.RUSTFLAGS).toBe('--remap-path-prefix=/kith/build/zlib=. -Copt-level=2')
  expect(environment.GOFLAGS).toBe('-trimpath -modcacherw -v')
  expect(environment.GOPATH).toBe('/kith/build/zlib/go')
})

test('scriptEnvironment() tells of the inside of the sandbox, not of the host', () => {
  const { KISS_ROOT, TMPDIR, PWD, SOURCE_DATE_EPOCH } = scriptEnvironment(
    'zlib',
    { KISS_ROOT: '/mnt', TMPDIR: '/home/tmp', PWD: '/home' },
    { ...plain, sourceDateEpoch: 42 },
  )

  expect([KISS_ROOT, TMPDIR, PWD, SOURCE_DATE_EPOCH]).toEqual(['', '/tmp', '/kith/build/zlib', '42'])
})

test('scriptEnvironment() keeps who builds, and what is secret, out', () => {
  const ofUser = {
    ...{
      HOME: '/home/u',
      USER: 'u',
      LOGNAME: 'u',
      PATH: '/home/u/bin',
      LANG: 'de_DE',
      TZ: 'Asia/Tokyo',
      TERM: 'xterm',
    },
    ...{
      SSH_AUTH_SOCK: '/s',
      AWS_SECRET_ACCESS_KEY: 'x',
      GITHUB_TOKEN: 'x',
      LD_PRELOAD: '/l.so',
      http_proxy: 'http://u:p@h',
    },
  }
  const environment = scriptEnvironment('zlib', ofUser, plain)

  const { HOME, USER, LOGNAME } = environment
  expect([HOME, USER, LOGNAME]).toEqual(['/kith/home', 'root', 'root'])
  for (const name of Object.keys(ofUser).filter((key) => !['HOME', 'USER', 'LOGNAME', 'PATH'].includes(key)))
    expect(name in environment).toBe(false)
  expect(environment.PATH).not.toContain('/home')
})

test('scriptEnvironment() hands on what was asked for, and proxies with the network', () => {
  const inherited = { SITE_A: '1', SITE_B: '2', SITE: '3', PATH: '/mine', https_proxy: 'p' }
  const asked = scriptEnvironment('zlib', inherited, { ...plain, passed: ['SITE_*', 'PATH'], hasNetwork: true })

  expect(asked).toMatchObject({ SITE_A: '1', SITE_B: '2', PATH: '/mine', https_proxy: 'p' })
  expect('SITE' in asked).toBe(false)
})

test('chooseEpoch() takes the setting, else the newest source, else 1980, always whole seconds', () => {
  expect(chooseEpoch('1700000000', 5)).toBe(1_700_000_000)
  expect(chooseEpoch('0', 5)).toBe(0)
  expect(chooseEpoch('', 1_600_000_000.9)).toBe(1_600_000_000)
  expect(chooseEpoch(undefined, 5)).toBe(315_532_800)
  expect(chooseEpoch(undefined, undefined)).toBe(315_532_800)
})

test('chooseEpoch() refuses what is no number of seconds', () => {
  for (const setting of ['soon', '-1', '1e9', '1.5', ' 1', '1\n'])
    expect(() => chooseEpoch(setting, undefined)).toThrow('SOURCE_DATE_EPOCH')
})
