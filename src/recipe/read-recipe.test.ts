import { afterAll, describe, expect, test } from 'bun:test'
import { chmodSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecipeReading } from '../model/recipe.ts'
import { makeDirectory, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { readRecipe } from './read-recipe.ts'
import { writeRecipe } from './recipe-fixture.ts'
import { requireRecipe } from './require-recipe.ts'

const repository = makeTemporaryDirectory(tmpdir(), 'kith-recipe-')
afterAll(() => removeTree(repository))

const blake3 = 'a'.repeat(66)
const commit = '7943ffde3a29806f4ebfb998ca2002490c42ac0b'

function read(name: string, files: Readonly<Record<string, string | undefined>> = {}): RecipeReading {
  return readRecipe(writeRecipe(repository, name, files))
}

/** `severity file:line sentence` of each problem, the file relative to the package. */
function told({ problems, directory }: RecipeReading): string[] {
  return problems.map(({ severity, file, line, sentence }) => {
    const where = file === directory ? '.' : file.slice(directory.length + 1)
    return `${severity} ${where}${line === undefined ? '' : `:${line}`} ${sentence}`
  })
}

describe('readRecipe()', () => {
  test('reads every file of a package', () => {
    const reading = read('pigz', {
      version: '2.8 1\n',
      depends: 'zlib make\n',
      sources: '# upstream\nhttps://host/pigz/pigz-2.8.tar.gz\nfiles/extra sub/\n',
      'files/extra': 'x',
      checksums: `${blake3}\n${blake3}\n`,
      'post-install': '#!/bin/sh\n',
    })
    const directory = join(repository, 'pigz')

    expect(reading.problems).toEqual([])
    expect<unknown>(reading.recipe).toEqual({
      name: 'pigz',
      format: 'kiss',
      directory,
      version: { version: '2.8', release: '1' },
      dependencies: [{ name: 'zlib', kind: 'make' }],
      sources: [
        {
          kind: 'remote',
          text: 'https://host/pigz/pigz-2.8.tar.gz',
          destination: undefined,
          fileName: 'pigz-2.8.tar.gz',
        },
        { kind: 'file', text: 'files/extra', destination: 'sub', path: join(directory, 'files/extra') },
      ],
      sourceLines: [
        { text: '#', destination: undefined, line: 1, kind: 'comment' },
        { text: 'https://host/pigz/pigz-2.8.tar.gz', destination: undefined, line: 2, kind: 'remote' },
        { text: 'files/extra', destination: 'sub', line: 3, kind: 'local' },
      ],
      checksums: [
        { checksum: { algorithm: 'blake3', hex: blake3 }, listed: blake3, line: 1 },
        { checksum: { algorithm: 'blake3', hex: blake3 }, listed: blake3, line: 2 },
      ],
      checksumsFile: join(directory, 'checksums'),
    })
  })

  test('is content with build and version', () => {
    const { recipe, problems } = read('bare')

    expect(problems).toEqual([])
    expect(recipe).toMatchObject({ dependencies: [], sources: [], sourceLines: [], checksums: undefined })
  })

  test('tells everything that is wrong at once, and still what can be planned with', () => {
    const reading = read('broken', {
      build: undefined,
      depends: 'zlib\nfoo/bar\n',
      sources: 'files/nowhere\nfiles/a ../../x\nhttps://host/x.tar.br\nhttps://host/..\n',
      'files/a': 'x',
    })

    expect(told(reading)).toEqual([
      'error build the build file is missing',
      'error depends:2 "foo/bar" is no package name: a name holds none of ! * [ ] / > blank or control character',
      'error sources:2 cannot use destination "../../x": it leads out of the build directory',
      'error sources:4 cannot use source "https://host/..": the URL names no file',
      'error sources:1 No local file "files/nowhere"',
      'error sources:3 "https://host/x.tar.br" counts as an archive, but nothing unpacks ".tar.br"',
      'warning checksums the checksums file is missing',
    ])
    expect(reading.recipe).toBeUndefined()
    expect(reading.version).toEqual({ version: '1.0', release: '1' })
    expect(reading.dependencies.map(({ name }) => String(name))).toEqual(['zlib'])
    expect(() => requireRecipe(reading)).toThrow('Cannot use the recipe of "broken"')
  })

  test('names a version that is missing or wrong, and what cannot be executed', () => {
    expect(told(read('noversion', { version: undefined }))).toEqual(['error version the version file is missing'])
    expect(told(read('norelease', { version: '1.0\n' }))[0]).toStartWith('error version:1 release field not found')
    const directory = writeRecipe(repository, 'plainbuild', { 'post-install': '#!/bin/sh\n' })
    for (const file of ['build', 'post-install']) chmodSync(join(directory, file), 0o644)

    expect(told(readRecipe(directory))).toEqual([
      'error build is not an executable file',
      'warning post-install is not executable and will be skipped',
    ])
  })

  test('gives problems and no exception for what is no package directory', () => {
    expect(told(readRecipe(join(repository, 'nowhere')))[0]).toBe('error . there is no such directory')
    expect(told(read('bad name'))[0]).toStartWith('error . "bad name" is no package name')
    makeDirectory(join(repository, 'odd/version'))
    makeDirectory(join(repository, 'odd/build'))
    expect(readRecipe(join(repository, 'odd')).recipe).toBeUndefined()
  })

  test('refuses a script whose interpreter ends in a carriage return', () => {
    expect(told(read('crlf', { build: '#!/bin/sh -e\r\nmake\r\n' }))[0]).toStartWith('error build:1 the first line')
    expect(read('crlf2', { version: '1.0 1\r\n', depends: 'zlib\r\n' }).recipe?.dependencies).toHaveLength(1)
  })

  test('finds sources in the order of KISS: directories before files, the package before the system', () => {
    const outside = makeTemporaryDirectory(repository, 'outside-')
    writeRecipe(outside, 'tree', { file: 'x' })
    const { recipe } = read('order', {
      sources: `etc\n${outside}/tree\n${outside}/tree/file\nfiles/both\nusr\n/\n`,
      'etc/own': 'x',
      'files/both': 'x',
      usr: 'the name of a directory of the system',
      checksums: `${blake3}\n${blake3}\n`,
    })
    const directory = join(repository, 'order')

    expect(recipe?.sources.map((source) => ('path' in source ? [source.kind, source.path] : []))).toEqual([
      ['directory', join(directory, 'etc')],
      ['directory', join(outside, 'tree')],
      ['file', join(outside, 'tree/file')],
      ['file', join(directory, 'files/both')],
      ['directory', '/usr'],
      ['directory', `${directory}/`],
    ])
  })

  test('reads a package made of links (T22 foot-pgo), whose sources are looked up beside the links', () => {
    const files = { sources: 'files/x\n', 'files/x': 'x', checksums: `${blake3}\n` }
    const foot = writeRecipe(repository, 'foot', files)
    const linked = join(repository, 'foot-pgo')
    makeDirectory(linked)
    for (const file of ['build', 'version', 'sources', 'checksums', 'files'])
      symlinkSync(join('../foot', file), join(linked, file))
    symlinkSync(foot, join(repository, 'alias'))

    expect(readRecipe(linked).recipe).toMatchObject({
      name: 'foot-pgo',
      sources: [{ kind: 'file', path: join(linked, 'files/x') }],
    })
    expect(readRecipe(join(repository, 'alias')).recipe).toMatchObject({ name: 'alias', sources: [{ kind: 'file' }] })
    removeTree(join(linked, 'files'))
    expect(told(readRecipe(linked))).toEqual(['error sources:1 No local file "files/x"'])
  })

  test('loads recipes whose dependencies nothing provides (T23 tuitube, vmwh)', () => {
    expect(read('tuitube', { depends: 'youtube-dl\n' }).problems).toEqual([])
  })
})

describe('readRecipe() counts checksums', () => {
  test('of what is hashed only: not git, not comments (T6 gspt, qemu, cbindgen)', () => {
    const patch = { 'patches/fix.patch': 'x' }
    const git = `git+https://host/gspt#${commit}`

    expect(told(read('gspt', { ...patch, sources: `${git}\npatches/fix.patch\n`, checksums: `${blake3}\n` }))).toEqual(
      [],
    )
    expect(
      told(
        read('qemu', {
          sources: `https://h/a\n${git} sub/dtc\nhttps://h/b\nhttps://h/c\n`,
          checksums: `${blake3}\n`.repeat(3),
        }),
      ),
    ).toEqual([])
    expect(
      told(read('cbindgen', { sources: '# These are\n# crates\nhttps://h/a.crate\n', checksums: `${blake3}\n` })),
    ).toEqual([])
  })

  test('and ignores the file where nothing is hashed (T6 mtpaint)', () => {
    const reading = read('mtpaint', { sources: 'git+https://host/mtpaint\n', checksums: `${'0'.repeat(64)}\n` })

    expect(reading.problems).toEqual([])
    expect(reading.recipe?.checksums).toEqual([])
  })

  test('as warnings, so that checksum can write the file anew', () => {
    const sources = 'https://h/a\nhttps://h/b\n'
    const short = read('short', { sources, checksums: `${blake3}\n` })
    const wrong = read('wrong', { sources, checksums: `${blake3}\nsurplus\n` })

    expect(told(short)).toEqual(['warning checksums expected one checksum for each of 2 sources, found 1'])
    expect(told(wrong)[0]).toStartWith('warning checksums:2 "surplus" is no checksum')
    expect(told(read('absent', { sources }))).toEqual(['warning checksums the checksums file is missing'])
    for (const { recipe } of [short, wrong]) expect(recipe).toBeDefined()
  })
})

describe('readRecipe() with files of live packages', () => {
  test('keeps destinations apart (T5 gopls) and lists one URL twice (T5 grub)', () => {
    const sources =
      'https://h/tools/@v/v0.1.0.zip tools\nhttps://h/mod/@v/v0.1.0.zip mod\nhttps://h/x.tar.xz a\nhttps://h/x.tar.xz b\n'

    expect(read('gopls', { sources, checksums: `${blake3}\n`.repeat(4) }).recipe?.sources).toMatchObject([
      { fileName: 'v0.1.0.zip', destination: 'tools' },
      { fileName: 'v0.1.0.zip', destination: 'mod' },
      { fileName: 'x.tar.xz', destination: 'a' },
      { fileName: 'x.tar.xz', destination: 'b' },
    ])
  })

  test('takes names and versions as they are (T29 gtk+3; T21 vim)', () => {
    expect(read('gtk+3', { version: '2.14.3+14.3.1 1\n' }).recipe).toMatchObject({ name: 'gtk+3' })
    expect(read('vim', { version: 'git 1 \n' }).recipe?.version).toEqual({ version: 'git', release: '1' })
  })

  test('expands no markers (T1 curl)', () => {
    const file = 'files/CURLOPT_SSLVERSION.3'

    expect(read('curl', { sources: `${file}\n`, [file]: 'x', checksums: `${blake3}\n` }).problems).toEqual([])
  })
})

test('readRecipe() reads neither pipes nor devices, which might never end, and names them', () => {
  const directory = writeRecipe(repository, 'endless', { version: undefined })
  symlinkSync('/dev/zero', join(directory, 'version'))
  Bun.spawnSync(['mkfifo', join(directory, 'depends')])

  const sentences = readRecipe(directory).problems.map(({ file, sentence }) => `${file}: ${sentence}`)

  expect(sentences).toContain(`${directory}/version: cannot be read: not a regular file`)
  expect(sentences).toContain(`${directory}/depends: cannot be read: not a regular file`)
})
