import { afterAll, describe, expect, test } from 'bun:test'
import { chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTemporaryDirectory, removeTree } from '../../system/files.ts'
import { readRecipe } from '../read-recipe.ts'
import { writeRecipe } from '../recipe-fixture.ts'

const repository = makeTemporaryDirectory(tmpdir(), 'kith-puke-')
afterAll(() => removeTree(repository))

const sum = (digit: string) => digit.repeat(64)
const build = './configure --prefix=/usr\n\nmake\nmake DESTDIR="$pkg_dir" install\n'

describe('readPukeRecipe()', () => {
  test('reads the example of puke, whose build is sourced', () => {
    const directory = writeRecipe(repository, 'zlib', {
      build,
      version: '1.2.11 1\n',
      depends: 'binutils\n',
      sources: 'https://host/zlib-1.2.11.tar.gz\n',
      checksums: `${sum('a')}  zlib-1.2.11.tar.gz\n`,
    })
    chmodSync(join(directory, 'build'), 0o644)
    const { recipe, problems } = readRecipe(directory)

    expect(problems).toEqual([])
    expect(recipe).toMatchObject({ format: 'puke', dependencies: [{ name: 'binutils', kind: 'run' }] })
  })

  test('is chosen by post_install, or by a build that uses $pkg_dir and never $1', () => {
    const format = (name: string, files: Readonly<Record<string, string>>) =>
      readRecipe(writeRecipe(repository, name, files)).recipe?.format

    expect(format('hook', { post_install: '#!/bin/sh\n' })).toBe('puke')
    expect(format('braces', { build: `make DESTDIR=\${pkg_dir} install` })).toBe('puke')
    expect(format('own', { build: '#!/bin/sh -e\npkg_dir=$1\ncp x "$pkg_dir"\n' })).toBe('kiss')
    expect(format('other', { build: '#!/bin/sh -e\ncp x "$pkg_directory"\n' })).toBe('kiss')
  })

  test('matches checksums by file name where the place does not fit', () => {
    const directory = writeRecipe(repository, 'sorted', {
      build,
      sources: 'https://host/z.tar.gz\npatches/fix.patch\ngit:https://host/tool\n',
      'patches/fix.patch': 'x',
      checksums: `${sum('f')}  patches/fix.patch\n${sum('a')}  z.tar.gz\n`,
    })
    const { recipe, problems } = readRecipe(directory)

    expect(problems).toEqual([])
    expect(recipe?.checksums?.map(({ listed, line }) => [listed, line])).toEqual([
      [sum('a'), 2],
      [sum('f'), 1],
    ])
    expect(recipe?.sources[2]).toMatchObject({ kind: 'git', git: { url: 'https://host/tool', directoryName: 'tool' } })
  })

  test('leaves lines that name unknown files where they are', () => {
    const directory = writeRecipe(repository, 'renamed', {
      build,
      sources: 'https://host/new.tar.gz\n',
      checksums: `${sum('a')}  old.tar.gz\n`,
    })

    expect(readRecipe(directory).recipe?.checksums?.map(({ listed }) => listed)).toEqual([sum('a')])
  })

  test('takes git:// for git and needs a build', () => {
    const directory = writeRecipe(repository, 'nobuild', {
      build: undefined,
      post_install: '#!/bin/sh\n',
      sources: 'git://host/tool\n',
    })

    expect(readRecipe(directory).problems.map(({ sentence }) => sentence)).toEqual(['the build file is missing'])
    const usable = writeRecipe(repository, 'gits', { build, sources: 'git://host/tool\n' })
    expect(readRecipe(usable).recipe?.sources).toMatchObject([{ kind: 'git', git: { url: 'git://host/tool' } }])
  })
})
