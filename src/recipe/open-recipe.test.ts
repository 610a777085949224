import { afterAll, expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePackageName } from '../model/package-name.ts'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { openRecipe } from './open-recipe.ts'
import { readRecipe } from './read-recipe.ts'
import { createRecipeFinder } from './recipe-finder.ts'
import { writeRecipe } from './recipe-fixture.ts'
import { findRecipe } from './repositories.ts'

const root = makeTemporaryDirectory(tmpdir(), 'kith-open-')
afterAll(() => removeTree(root))

test('openRecipe() has what readRecipe() has, of ordinary recipes and of those whose depends is no ordinary file', () => {
  const large = Array.from({ length: 3000 }, (_, index) => `name-of-a-package-${index}\n`).join('')
  const directories = [
    writeRecipe(root, 'plain', {
      depends: 'zlib\ncmake make\n',
      sources: 'https://example.org/x.tar.gz\n',
      checksums: 'SKIP\n',
    }),
    writeRecipe(root, 'none'),
    writeRecipe(root, 'odd', { depends: '# comment\n  zlib \t make extra\nzlib\n\nself' }),
    writeRecipe(root, 'itself', { depends: 'itself\n' }),
    writeRecipe(root, 'large', { depends: large }),
    writeRecipe(root, 'linked'),
    writeRecipe(root, 'directory'),
    writeRecipe(root, 'pipe'),
    writeRecipe(root, 'dangling'),
  ]
  fs.symlinkSync('../plain/depends', join(root, 'linked/depends'))
  fs.mkdirSync(join(root, 'directory/depends'))
  Bun.spawnSync(['mkfifo', join(root, 'pipe/depends')])
  fs.symlinkSync('nowhere', join(root, 'dangling/depends'))
  for (const directory of directories) {
    const opened = openRecipe(directory, 'name')
    const { dependencies } = opened
    const whole = readRecipe(directory, 'name')
    expect([directory, dependencies]).toEqual([directory, whole.dependencies])
    const { recipe, version, problems, sourceLines, checksums } = opened
    expect<unknown>({ recipe, version, problems, sourceLines, checksums }).toEqual({
      recipe: whole.recipe,
      version: whole.version,
      problems: whole.problems,
      sourceLines: whole.sourceLines,
      checksums: whole.checksums,
    })
  }
})

test('createRecipeFinder() finds what findRecipe() finds, also after it has listed the repositories', () => {
  const repositories = ['first', 'absent', 'second', 'first/p1/build'].map((name) => join(root, 'finder', name))
  const [first = '', , second = ''] = repositories
  for (let index = 0; index < 100; index++) writeRecipe(index % 3 === 0 ? second : first, `p${index}`)
  for (let index = 0; index < 30; index++) writeRecipe(second, `p${index}`)
  fs.symlinkSync('p1', join(first, 'linked'))
  fs.symlinkSync('nowhere', join(first, 'p3'))
  fs.writeFileSync(join(first, 'p6'), 'a file')
  const find = createRecipeFinder(repositories)
  const names = [...Array.from({ length: 110 }, (_, index) => `p${index}`), 'linked'].map(parsePackageName)

  for (const name of [...names, ...names]) expect([name, find(name)]).toEqual([name, findRecipe(name, repositories)])
})
