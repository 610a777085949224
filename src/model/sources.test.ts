import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fileTexts, words } from './arbitraries.ts'
import { isHashable, parseSources, printSources, remoteFileName } from './sources.ts'

const read = (text: string) => parseSources(text, '/repo/pkg/sources')
const brief = (text: string) =>
  read(text).lines.map(({ kind, text: source, destination }) => [kind, source, destination])

test('parseSources() tells git, remote and local sources and keeps comments and blank lines', () => {
  expect(brief('# why\n\ngit+https://host/x\nhttps://host/x.tar.gz\npatches/fix.patch\n')).toEqual([
    ['comment', '#', undefined],
    ['comment', '', undefined],
    ['git', 'git+https://host/x', undefined],
    ['remote', 'https://host/x.tar.gz', undefined],
    ['local', 'patches/fix.patch', undefined],
  ])
})

test('parseSources() expands nothing (T1 curl: files/CURLOPT_SSLVERSION.3)', () => {
  expect(brief('files/CURLOPT_SSLVERSION.3\nfiles/CURLINFO_HTTP_VERSION.3\n')).toEqual([
    ['local', 'files/CURLOPT_SSLVERSION.3', undefined],
    ['local', 'files/CURLINFO_HTTP_VERSION.3', undefined],
  ])
})

test('parseSources() takes the whole rest of a line for the destination', () => {
  expect(brief('files/exec    with blank   \n\tfiles/tabbed\tsub\nfiles/a sub//\n')).toEqual([
    ['local', 'files/exec', 'with blank'],
    ['local', 'files/tabbed', 'sub'],
    ['local', 'files/a', 'sub'],
  ])
})

test('parseSources() drops slashes at the end of a destination (T7 neovim) and reads a last line without newline (T7 cloc)', () => {
  const url = 'https://host/libuv-1.51.0.tar.gz?no-extract'
  expect(brief(`${url} .deps/build/downloads/libuv/`)).toEqual([['remote', url, '.deps/build/downloads/libuv']])
})

test('parseSources() keeps the same URL twice with two destinations (T5 grub, pciutils)', () => {
  expect(brief('https://host/v1.tar.gz one\nhttps://host/v1.tar.gz two\n')).toEqual([
    ['remote', 'https://host/v1.tar.gz', 'one'],
    ['remote', 'https://host/v1.tar.gz', 'two'],
  ])
})

test('parseSources() takes a destination with a leading slash for one in the build directory, and says so', () => {
  const { lines, problems } = read('files/a /usr/share\n')

  expect(lines[0]?.destination).toBe('usr/share')
  expect(problems).toMatchObject([{ severity: 'warning', file: '/repo/pkg/sources', line: 1 }])
})

test('parseSources() refuses a destination that leaves the build directory, for every line', () => {
  const { lines, problems } = read('files/a ../..\nfiles/b sub/../../x\nfiles/c a/../b\n')

  expect(lines.map(({ destination }) => destination)).toEqual([undefined, undefined, 'b'])
  expect(problems).toMatchObject([
    { severity: 'error', line: 1 },
    { severity: 'error', line: 2 },
  ])
})

test('parseSources() refuses URLs whose file would leave the cache', () => {
  const { problems } = read('https://host/..\nhttps://host/a/.\nhttps://\ngit+https://host/..\n')

  expect(problems.map(({ severity, line }) => `${severity} ${line}`)).toEqual([
    'error 1',
    'error 2',
    'error 3',
    'error 4',
  ])
})

test('parseSources() reads lines that end in CR LF and warns once', () => {
  const { lines, problems } = read('files/a\r\nfiles/b sub\r\n')

  expect(lines.map(({ text, destination }) => [text, destination])).toEqual([
    ['files/a', undefined],
    ['files/b', 'sub'],
  ])
  expect(problems).toMatchObject([{ severity: 'warning', line: 1 }])
})

test('parseSources() knows the prefix of older formats', () => {
  const [line] = parseSources('git:https://host/x\n', 'sources', ['git+', 'git:']).lines

  expect(line?.kind).toBe('git')
  expect(read('git:https://host/x\n').lines[0]?.kind).toBe('remote')
})

test('remoteFileName() keeps query and fragment (T4 rust, T24 freeglut)', () => {
  expect(remoteFileName('https://host/a/x.tar.xz?no-extract')).toBe('x.tar.xz?no-extract')
  expect(remoteFileName('https://host/a/x.tar.gz/download')).toBe('download')
  expect(remoteFileName('https://host/a/b/')).toBe('b')
})

test('isHashable() counts files and no directories, git sources and names that end in a dot', () => {
  const common = { text: 'x', destination: undefined }
  expect(isHashable({ kind: 'remote', ...common, fileName: 'x' })).toBe(true)
  expect(isHashable({ kind: 'remote', ...common, fileName: 'x.' })).toBe(false)
  expect(isHashable({ kind: 'file', ...common, path: '/repo/pkg/x' })).toBe(true)
  expect(isHashable({ kind: 'file', ...common, path: '/repo/pkg/x.' })).toBe(false)
  expect(isHashable({ kind: 'directory', ...common, path: '/repo/pkg/x' })).toBe(false)
})

test('printSources() and parseSources() are inverse', () => {
  const segment = words().filter((word) => !word.includes('/') && word !== '.' && word !== '..')
  const destination = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
  const source = fc.record({ text: words(), destination: fc.option(destination, { nil: undefined }) })
  fc.assert(
    fc.property(fc.array(source), (sources) => {
      const expected = sources.map(({ text, destination }) => [text, text.startsWith('#') ? undefined : destination])

      expect(read(printSources(sources)).lines.map((line) => [line.text, line.destination])).toEqual(expected)
    }),
  )
})

test('parseSources() lets no path leave its tree, for any text', () => {
  fc.assert(
    fc.property(fileTexts(), (text) => {
      const { lines, problems } = read(text)

      expect(lines.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1))
      for (const { kind, text: source, destination, line } of lines) {
        for (const segment of destination?.split('/') ?? []) expect(['', '.', '..']).not.toContain(segment)
        if (kind === 'remote' && !problems.some((problem) => problem.line === line))
          expect(remoteFileName(source)).not.toMatch(/^(\.{0,2}|.*\/.*)$/)
      }
    }),
  )
})
