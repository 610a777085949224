import { expect, test } from 'bun:test'
import { type BuildRecord, parseBuildInputs, parseBuildRecord, printBuildRecord } from './build-record.ts'
import { digestOf } from './digest.ts'
import { parsePackageName } from './package-name.ts'

const record: BuildRecord = {
  key: 'a'.repeat(64),
  artifact: 'b'.repeat(64),
  file: 'app@1.0-1.tar.zst',
  output: digestOf('x'),
  needs: [parsePackageName('zlib')],
}
const inputs = [
  { kind: 'recipe', name: 'files/a "b"\n', value: 'c x' },
  { kind: 'environment', name: 'CFLAGS', value: '-O2\t-g' },
] as const

test('a record is read as it was written', () => {
  const text = printBuildRecord(record, inputs)

  expect(parseBuildRecord(text)).toEqual(record)
  expect(parseBuildInputs(text)).toEqual([...inputs])
})

test('what is no record is none', () => {
  const text = printBuildRecord(record, [])
  const wrong = [
    '',
    '\n',
    text.trimEnd(),
    text.replace('"kith-build":1', '"kith-build":2'),
    text.replace(record.key, record.key.slice(1)),
    text.replace('"zlib"', '"../zlib"'),
    text.replace('["zlib"]', '"zlib"'),
    'null\n',
    '[]\n',
  ]

  expect(wrong.map(parseBuildRecord)).toEqual(wrong.map(() => undefined))
  expect(parseBuildInputs('{}\n["a"]\n["recipe",1,2]\n["other","x","y"]\nnot json\n')).toEqual([])
})
