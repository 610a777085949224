import fc from 'fast-check'
import { type PackageName, packageNameFault, parsePackageName } from './package-name.ts'
import { parseTreePath, type TreePath } from './tree-path.ts'
import type { Version } from './version.ts'

/** Values for property tests, also unpleasant ones. Only for tests. */
export function packageNames(): fc.Arbitrary<PackageName> {
  const plain = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9+._-]{0,12}$/)
  return fc
    .oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1 }) })
    .filter((text) => packageNameFault(text) === undefined)
    .map(parsePackageName)
}

/** Words without blanks, line ends and control characters. */
export function words(): fc.Arbitrary<string> {
  return fc
    .oneof(fc.stringMatching(/^[!-~]{1,20}$/), fc.string({ unit: 'grapheme', minLength: 1 }))
    .filter((text) => text !== '' && !/[\s\x00-\x20\x7f]/.test(text))
}

export function versions(): fc.Arbitrary<Version> {
  return fc.record({
    version: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9+._~-]{0,20}$/),
    release: fc.stringMatching(/^[1-9][0-9]{0,2}$/),
  })
}

/** Paths in a tree: any bytes that a file name may hold, newlines excepted since manifests cannot hold them. */
export function treePaths(): fc.Arbitrary<TreePath> {
  const bytes = fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 12,
  })
  const segment = fc
    .oneof(fc.constantFrom('etc', 'usr', 'bin', 'lib'), fc.stringMatching(/^[a-z]{1,4}$/), bytes)
    .filter((text) => !/[\n/]/.test(text) && text !== '.' && text !== '..')
  return fc
    .array(segment, { minLength: 1, maxLength: 5 })
    .map((segments) => parseTreePath(`/${segments.join('/')}`, 'test'))
}

/** Text that looks like the file of a recipe, with everything that people get wrong in one. */
export function fileTexts(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      '\n',
      ' ',
      '\t',
      '\r\n',
      '#',
      '/',
      '..',
      '.',
      '../',
      '@',
      '://',
      'git+',
      'https://h/',
      'make',
      '-',
    ),
    fc.string({ maxLength: 6 }),
  )
  return fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
}
