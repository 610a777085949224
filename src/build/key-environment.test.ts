import { expect, test } from 'bun:test'
import { keyEnvironment } from './key-environment.ts'

const of = (environment: Readonly<Record<string, string>>, passedVariables: readonly string[] = []) =>
  keyEnvironment('app', { environment, passedVariables })

test('keyEnvironment() has what a script sees of the user, and nothing of who, where and how fast', () => {
  const own = {
    HOME: '/home/me',
    USER: 'me',
    LC_ALL: 'de_DE',
    TMPDIR: '/x',
    PATH: '/mine',
    http_proxy: 'http://secret@x',
  }
  const fast = { MAKEFLAGS: '-j9', SAMUFLAGS: '-j9', NPROC: '9', GOMAXPROCS: '9', CARGO_BUILD_JOBS: '9' }

  expect(of({ ...own, ...fast })).toEqual(of({}))
  expect(of({ CFLAGS: '-O3' })).toEqual({ ...of({}), CFLAGS: '-O3' })
  expect(of({ MAKEFLAGS: '-j9 V=1' })).toEqual({ ...of({}), MAKEFLAGS: 'V=1' })
  expect(of({ CFLAGS: '' })).toEqual(of({}))
})

test('keyEnvironment() has a time only where the user set one', () => {
  expect(of({})).not.toHaveProperty('SOURCE_DATE_EPOCH')
  expect(of({ SOURCE_DATE_EPOCH: '5' })).toHaveProperty('SOURCE_DATE_EPOCH', '5')
})

test('keyEnvironment() has what was let through hashed, since it can be a secret', () => {
  const environment = of({ TOKEN_A: 'hunter2', CFLAGS: '-O3' }, ['TOKEN_*', 'CFLAGS'])

  expect(environment.TOKEN_A).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(environment.CFLAGS).toBe('-O3')
  expect(of({ TOKEN_A: 'other' }, ['TOKEN_*']).TOKEN_A).not.toBe(environment.TOKEN_A)
})
