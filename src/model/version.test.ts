import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fileTexts, versions } from './arbitraries.ts'
import { isSameVersion, parseVersion, printVersion, versionLabel } from './version.ts'

const read = (text: string) => parseVersion(text, '/repo/pkg/version')

test('parseVersion() reads the first two words, whatever the blanks (T7 lzo: "2.10  1  ")', () => {
  for (const text of ['2.10 1\n', '2.10  1  \n', ' \t2.10\t1', '2.10 1\nmore\n'])
    expect(read(text)).toEqual({ version: { version: '2.10', release: '1' }, problems: [] })
})

test('parseVersion() takes any word for a version (T21 vim: "git 1", T29 8.3p003 and 2.14.3+14.3.1)', () => {
  for (const version of ['git', '8.3p003', '2.14.3+14.3.1', '1.3-20240619', '0b1f0e4a'])
    expect(read(`${version} 2\n`)).toEqual({ version: { version, release: '2' }, problems: [] })
})

test('parseVersion() names what is missing', () => {
  for (const [text, sentence] of [
    ['', 'the first line is empty'],
    ['\n1.0 1\n', 'the first line is empty'],
    ['1.0\n', 'release field not found'],
    ['1.0/2 1\n', 'cannot hold "/"'],
  ] as const) {
    const { version, problems } = read(text)

    expect(version).toBeUndefined()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ severity: 'error', file: '/repo/pkg/version', line: 1 })
    expect(problems[0]?.sentence).toContain(sentence)
    expect(problems[0]?.hint).toContain('1.0 1')
  }
})

test('parseVersion() reads lines that end in CR LF, surplus words and ambiguous characters with a warning', () => {
  expect(read('1.0 1\r\n').version).toEqual({ version: '1.0', release: '1' })
  for (const text of ['1.0 1\r\n', '1.0 1 x\n', '1@0 1\n', '1.0 1-2\n'])
    expect(read(text).problems.map(({ severity }) => severity)).toEqual(['warning'])
})

test('printVersion() and parseVersion() are inverse', () => {
  fc.assert(
    fc.property(versions(), (version) => {
      expect(read(printVersion(version))).toEqual({ version, problems: [] })
      expect(isSameVersion(version, { ...version })).toBe(true)
      expect(versionLabel(version)).toBe(`${version.version}-${version.release}`)
    }),
  )
})

test('parseVersion() gives a version that is no path, or a problem, for any text', () => {
  fc.assert(
    fc.property(fileTexts(), (text) => {
      const { version, problems } = read(text)

      if (version === undefined) expect(problems).not.toHaveLength(0)
      else expect(versionLabel(version)).not.toMatch(/[/\s\x00-\x1f]/)
    }),
  )
})
