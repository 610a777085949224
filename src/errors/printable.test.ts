import { expect, test } from 'bun:test'
import { shellWord } from './printable.ts'

test('shellWord() quotes what a shell would take apart, and only that', () => {
  expect(shellWord('/var/cache/kiss/logs/2026-01-02/zlib-1:2')).toBe('/var/cache/kiss/logs/2026-01-02/zlib-1:2')
  expect(shellWord('/a b/ü')).toBe("'/a b/ü'")
  expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'")
})
