import { expect, test } from 'bun:test'
import { findNewer } from './outdated.ts'

const said = (provider: string, ...versions: string[]) => ({
  provider,
  page: `https://${provider}`,
  versions,
  ageMs: 1,
})

test('findNewer() takes the newest that anybody knows, and nothing that is not newer', () => {
  expect(findNewer('1.2', [said('a', '1.0', '1.3'), said('b', '1.10')])?.version).toBe('1.10')
  expect(findNewer('1.2', [said('a', '1.3'), said('b', '1.3')])?.provider).toBe('a')
  expect(findNewer('1.2', [said('a', '1.1', '1.2'), said('b', '1.2.0')])?.version).toBe('1.2.0')
  expect(findNewer('1.2', [said('a', '1.2'), said('b')])).toBeUndefined()
  expect(findNewer('2.0', [said('a', '1.9')])).toBeUndefined()
})
