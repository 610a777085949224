import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { isFile, makeTemporaryDirectory, readText, removeTree } from '../system/files.ts'
import { lintRecipe } from './lint-recipe.ts'
import { loadRecipes } from './load-recipes.ts'
import { writeRecipe } from './recipe-fixture.ts'

const root = makeTemporaryDirectory(tmpdir(), 'kith-load-')
afterAll(() => removeTree(root))

describe('loadRecipes()', () => {
  test('reads what the targets reach, each once, and leaves out what nothing provides', () => {
    const small = join(root, 'small')
    writeRecipe(small, 'app', { depends: 'lib make\ntool\n' })
    writeRecipe(small, 'lib', { depends: 'ghost\nring\n', build: undefined })
    writeRecipe(small, 'tool', { depends: 'lib\n' })
    writeRecipe(small, 'ring', { depends: 'app\n' })
    writeRecipe(small, 'apart')
    const readings = loadRecipes([parsePackageName('app'), parsePackageName('nothing')], [small])

    expect([...readings.keys()].map(String)).toEqual(['app', 'lib', 'tool', 'ring'])
    expect(readings.get(parsePackageName('lib'))?.recipe).toBeUndefined()
  })
})

const data = join(import.meta.dir, '../../../shared/data/kiss-repos.json')
const isAbsent = !isFile(data)

interface LiveRecipe {
  readonly name: string
  readonly repo: string
  readonly version: string
  readonly release: string
  readonly depends: readonly { readonly name: string; readonly make: boolean }[]
  readonly sources: readonly string[]
  readonly checksumCount: number
}

/** Writes the 571 recipes with the facts that are known of them; local sources get a file. Gives their names. */
function writeLiveRecipes(): string[] {
  const recipes: LiveRecipe[] = JSON.parse(readText(data))
  for (const { name, repo, version, release, depends, sources, checksumCount } of recipes) {
    const local = sources.map((line) => line.split(/\s+/)[0] ?? '').filter((text) => /^[^#][^:]*$/.test(text))
    const files: Record<string, string> = {
      build: '#!/bin/sh -e\n\nmake DESTDIR="$1" install\n',
      version: `${version} ${release}\n`,
      depends: depends.map((need) => `${need.name}${need.make ? ' make' : ''}\n`).join(''),
      sources: sources.map((line) => `${line}\n`).join(''),
      ...(checksumCount === 0 ? {} : { checksums: `${'a'.repeat(66)}\n`.repeat(checksumCount) }),
      ...Object.fromEntries(local.map((text) => [text, 'x'])),
    }
    for (const [file, text] of Object.entries(files)) {
      const path = join(root, repo, name, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    chmodSync(join(root, repo, name, 'build'), 0o755)
  }
  return recipes.map(({ name }) => name)
}

describe.skipIf(isAbsent)(`live recipes${isAbsent ? ` (skipped: there is no ${data})` : ''}`, () => {
  const repositories = ['core', 'extra', 'wayland', 'community'].map((repo) => join(root, repo))
  const names: PackageName[] = []
  beforeAll(() => {
    names.push(...writeLiveRecipes().map(parsePackageName))
  }, 60_000)

  test('loadRecipes() reads all 571 without a problem in well under 200 ms', () => {
    loadRecipes(names, repositories)
    const start = performance.now()
    const readings = loadRecipes(names, repositories)
    const durationMs = performance.now() - start

    expect(readings.size).toBe(571)
    expect([...readings.values()].flatMap(({ problems }) => problems)).toEqual([])
    expect([...readings.values()].every(({ recipe }) => recipe?.format === 'kiss')).toBe(true)
    expect(durationMs).toBeLessThan(200)
  })

  test('lintRecipe() advises about the sources of 571: those unpinned, those without encryption, and mtpaint', () => {
    const readings = [...loadRecipes(names, repositories).values()]
    const ids = readings.flatMap((reading) => lintRecipe(reading).map(({ check }) => check))
    const count = (id: string) => ids.filter((other) => other === id).length

    expect(Object.fromEntries([...new Set(ids)].map((id) => [id, count(id ?? '')]))).toEqual({
      'checksums-unused': 1,
      'insecure-url': 25,
      'unpinned-git': 22,
    })
  })
})
