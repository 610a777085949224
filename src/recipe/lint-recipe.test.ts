import { afterAll, describe, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { lintRecipe } from './lint-recipe.ts'
import { readRecipe } from './read-recipe.ts'
import { recipeChecks } from './recipe-checks.ts'
import { writeRecipe } from './recipe-fixture.ts'

const repository = makeTemporaryDirectory(tmpdir(), 'kith-lint-')
afterAll(() => removeTree(repository))

const blake3 = 'a'.repeat(66)
const commit = '7943ffde3a29806f4ebfb998ca2002490c42ac0b'

/** `check file:line` of each piece of advice; `-` for a problem of the reading. */
function lint(name: string, files: Readonly<Record<string, string | undefined>>): string[] {
  const directory = writeRecipe(repository, name, files)
  return lintRecipe(readRecipe(directory)).map(
    ({ check = '-', file, line }) =>
      `${check} ${file.slice(directory.length + 1)}${line === undefined ? '' : `:${line}`}`,
  )
}

describe('lintRecipe()', () => {
  test('has nothing to say about a good recipe', () => {
    expect(
      lint('good', {
        depends: 'zlib\nbzip2\n',
        sources: `https://host/x.tar.xz\ngit+https://host/y#${commit}\n`,
        checksums: `${blake3}\n`,
        README: 'kept as it is',
      }),
    ).toEqual([])
  })

  test('tells first what the reading found, and only that where there is no recipe', () => {
    expect(lint('warned', { sources: 'https://host/x\n', build: 'make\n' })).toEqual([
      '- checksums',
      'no-interpreter build:1',
    ])
    expect(lint('unusable', { version: undefined, build: 'make\n' })).toEqual(['- version'])
  })

  test('looks at the first line of build, and at whether failures stop it', () => {
    expect(lint('carefree', { build: '#!/bin/sh\nmake\n' })).toEqual(['ignores-failures build:1'])
    for (const build of ['#!/bin/sh -e\n', '#!/bin/sh -ef\n', '#!/bin/sh\nset -e\n', '#!/usr/bin/env python3\n'])
      expect(lint('careful', { build })).toEqual([])
  })

  test('finds sources that are not verified, not encrypted, not pinned or not in the package', () => {
    expect(
      lint('sources', {
        sources: 'http://host/a\nhttps://host/b\n\ngit+git://host/c@v1\n/usr/bin/env\n',
        checksums: `${blake3}\nSKIP\n${'b'.repeat(64)}\n`,
      }),
    ).toEqual([
      'checksum-skipped checksums:2',
      'checksum-sha256 checksums:3',
      'insecure-url sources:1',
      'insecure-url sources:4',
      'unpinned-git sources:4',
      'outside-source sources:5',
    ])
  })

  test('finds two sources that the cache keeps as one (T5 gopls has other destinations, grub the same URL)', () => {
    const one = 'https://host/one/v0.1.0.zip'
    const other = 'https://host/other/v0.1.0.zip'
    const checksums = `${blake3}\n${blake3}\n`

    expect(lint('clash', { sources: `${one}\n${other}\n`, checksums })).toEqual(['same-cache-file sources:2'])
    expect(lint('gopls', { sources: `${one} a\n${other} b\n`, checksums })).toEqual([])
    expect(lint('grub', { sources: `${one} a\n${one} b\n`, checksums })).toEqual([])
  })

  test('finds checksums that do not count (T6 mtpaint) and misspelled files', () => {
    expect(lint('mtpaint', { checksums: `${'0'.repeat(64)}\n` })).toEqual(['checksums-unused checksums'])
    expect(lint('misspelled', { depend: 'zlib\n', 'pre-install': '' })).toEqual([
      'unknown-file depend',
      'unknown-file pre-install',
    ])
  })

  test('explains every check, and calls none like another', () => {
    expect(new Set(recipeChecks.map(({ id }) => id)).size).toBe(recipeChecks.length)
    for (const { explanation } of recipeChecks) expect(explanation.length).toBeGreaterThan(20)
  })
})
