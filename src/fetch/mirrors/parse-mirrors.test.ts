import { expect, test } from 'bun:test'
import { isKithError } from '../../errors/kith-error.ts'
import { parseMirrors, printMirror } from './parse-mirrors.ts'

test('parseMirrors() reads apt, directories and URLs in their order', () => {
  expect(parseMirrors('  /srv/distfiles https://mirror.example/d/\tapt\n')).toEqual({
    mirrors: [
      { kind: 'directory', path: '/srv/distfiles' },
      { kind: 'http', url: 'https://mirror.example/d' },
      { kind: 'apt' },
    ],
    mirrorsFirst: false,
  })
  expect(parseMirrors('')).toEqual({ mirrors: [], mirrorsFirst: false })
})

test('parseMirrors() puts mirrors before upstream when the first word is "first"', () => {
  expect(parseMirrors('first apt')).toEqual({ mirrors: [{ kind: 'apt' }], mirrorsFirst: true })
  expect(() => parseMirrors('apt first')).toThrow()
})

test.each(['srv/distfiles', 'ftp://mirror.example', 'https://', 'http://[', 'file:///srv'])(
  'parseMirrors() refuses "%s"',
  (word) => {
    try {
      parseMirrors(`apt ${word}`)
      throw new Error('accepted')
    } catch (error) {
      expect(isKithError(error, 'invalid-setting')).toBe(true)
    }
  },
)

test('printMirror() hides credentials', () => {
  expect(printMirror({ kind: 'http', url: 'https://me:secret@mirror.example/d' })).toBe('https://***@mirror.example/d')
})
