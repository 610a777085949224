import { expect, test } from 'bun:test'
import { createLineOutput } from './line-output.ts'

test('createLineOutput() writes lines together, in order, and keeps none back', async () => {
  const written: string[] = []
  const output = createLineOutput((bytes) => void written.push(Buffer.from(bytes).toString('latin1')))
  output.write('one')
  output.write(Buffer.from([0xe9]))
  expect(written).toEqual([])
  await new Promise((resolve) => setImmediate(resolve))
  expect(written).toEqual(['one\n\u00e9\n'])
  output.write('two')
  output.flush()
  output.flush()
  expect(written.slice(1)).toEqual(['two\n'])
  for (let index = 0; index < 5000; index++) output.write(`line ${index}`)
  expect(written.length).toBeGreaterThan(2)
  output.flush()
  expect(written.slice(2).join('')).toBe(Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join(''))
})
