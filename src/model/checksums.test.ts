import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseChecksums, printChecksums } from './checksums.ts'

const blake3 = 'a'.repeat(66)
const sha256 = 'b'.repeat(64)
const read = (text: string) => parseChecksums(text, '/repo/pkg/checksums')

test('parseChecksums() tells BLAKE3, SHA-256 with and without file name, and SKIP', () => {
  expect(read(`${blake3}\n${sha256}\n${sha256}  x.tar.gz\n${sha256} *y\n  SKIP ignored\n`)).toEqual({
    lines: [
      { checksum: { algorithm: 'blake3', hex: blake3 }, listed: blake3, line: 1 },
      { checksum: { algorithm: 'sha256', hex: sha256, fileName: undefined }, listed: sha256, line: 2 },
      { checksum: { algorithm: 'sha256', hex: sha256, fileName: 'x.tar.gz' }, listed: sha256, line: 3 },
      { checksum: { algorithm: 'sha256', hex: sha256, fileName: 'y' }, listed: sha256, line: 4 },
      { checksum: { algorithm: 'skip' }, listed: 'SKIP', line: 5 },
    ],
    problems: [],
  })
})

test('parseChecksums() keeps the place of lines that are no checksum and warns of each', () => {
  const { lines, problems } = read(`# comment\n\n${blake3.toUpperCase()}\n${blake3}\r\n${blake3}`)

  expect(lines.map(({ checksum }) => checksum?.algorithm)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'blake3',
  ])
  expect(problems.map(({ severity, line }) => `${severity} ${line}`)).toEqual([
    'warning 1',
    'warning 2',
    'warning 3',
    'warning 4',
  ])
})

test('printChecksums() and parseChecksums() are inverse', () => {
  const hexes = fc.array(fc.stringMatching(/^([0-9a-f]{66}|[0-9a-f]{64})$/))
  fc.assert(
    fc.property(hexes, (listed) => {
      const { lines, problems } = read(printChecksums(listed))

      expect(lines.map((line) => line.listed)).toEqual(listed)
      expect(lines.every(({ checksum }) => checksum !== undefined)).toBe(true)
      expect(problems).toEqual([])
    }),
  )
})
