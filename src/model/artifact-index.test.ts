import { describe, expect, test } from 'bun:test'
import { type ArtifactIndex, parseArtifactIndex, printArtifactIndex } from './artifact-index.ts'
import { digestOf } from './digest.ts'
import { parsePackageName } from './package-name.ts'

const entry = (file: string, needs: readonly string[]) => ({
  file,
  name: parsePackageName(file.split('@')[0] ?? ''),
  key: 'a'.repeat(64),
  sha256: 'b'.repeat(64),
  sizeBytes: 291,
  output: digestOf(file),
  needs: needs.map(parsePackageName),
})
const index: ArtifactIndex = {
  serial: 17,
  entries: [entry('pigz@2.8-1.tar.zst', ['zlib', 'gtk+3']), entry('zlib@1.3.1-1.tar.gz', [])],
}

describe('parseArtifactIndex()', () => {
  const text = printArtifactIndex(index)

  test('reads what printArtifactIndex() writes, sorted, a line for each', () => {
    expect(parseArtifactIndex(text)).toEqual({ kind: 'index', index })
    expect(printArtifactIndex({ ...index, entries: [...index.entries].reverse() })).toBe(text)
    expect(text.split('\n')).toHaveLength(5)
  })

  test.each([
    ['nothing', ''],
    ['another format', text.replace('kith-index 1', 'kith-index 2')],
    ['no number', text.replace('serial 17', 'serial -1')],
    ['a cut end', text.trimEnd()],
    ['a cut line', text.slice(0, -40)],
    ['a path for a file', text.replace('pigz@', '../pigz@')],
    ['a file that is no tarball', text.replace('.tar.zst', '.zip')],
    ['a path for a key', text.replace('a'.repeat(64), '../'.repeat(21))],
    ['a hash in capitals', text.replace('b'.repeat(64), 'B'.repeat(64))],
    ['a size that no disk has', text.replace(' 291 ', ' 999999999999999 ')],
    ['a name that leads out', text.replace('zlib,gtk+3', 'zlib,../x')],
    ['more fields', text.replace(' -\n', ' - -\n')],
    ['an empty line', text.replace('serial 17\n', 'serial 17\n\n')],
  ])('refuses %s', (_, wrong) => {
    expect(parseArtifactIndex(wrong).kind).toBe('fault')
  })
})
