import { expect, test } from 'bun:test'
import { parsePreferences } from './provider-preferences.ts'

test('parsePreferences() reads a name and a package per line, and tells every line that is none', () => {
  const { preferences, problems } = parsePreferences(
    '# mine\njpeg  turbo\n\ncron\na/b c\njpeg moz\nx y z\n',
    'providers',
  )

  expect([...preferences].map(String)).toEqual(['jpeg,turbo'])
  expect(problems.map(({ line }) => line)).toEqual([4, 5, 6, 7])
})
