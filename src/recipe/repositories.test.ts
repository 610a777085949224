import { afterAll, expect, test } from 'bun:test'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePackageName } from '../model/package-name.ts'
import { makeDirectory, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { findRecipe, searchRecipes } from './repositories.ts'

const root = makeTemporaryDirectory(tmpdir(), 'kith-repositories-')
afterAll(() => removeTree(root))

const first = join(root, 'first')
const second = join(root, 'second')
const database = join(root, 'installed')
for (const directory of [
  `${first}/alpha`,
  `${first}/beta`,
  `${first}/.git`,
  `${second}/alpha`,
  `${second}/Zeta`,
  `${database}/gamma`,
])
  makeDirectory(directory)
writeFileSync(join(first, 'README'), 'no package')
symlinkSync('../second/Zeta', join(first, 'delta'))
symlinkSync('nowhere', join(first, 'dangling'))
const repositories = [join(root, 'nowhere'), first, second, database]

test('findRecipe() takes the first repository that has a directory of that name, the installed packages last', () => {
  const find = (name: string, searched = repositories) => findRecipe(parsePackageName(name), searched)

  expect(find('alpha')).toBe(join(first, 'alpha'))
  expect(find('alpha', [second, first])).toBe(join(second, 'alpha'))
  expect(find('gamma')).toBe(join(database, 'gamma'))
  expect(find('delta')).toBe(join(first, 'delta'))
  for (const name of ['README', 'dangling', 'ghost']) expect(find(name)).toBeUndefined()
  expect(find('alpha', [])).toBeUndefined()
})

test('searchRecipes() lists matching directories in the order of the repositories, inside one bytewise', () => {
  const search = (pattern: string) => searchRecipes(pattern, repositories).map((path) => path.slice(root.length + 1))

  expect(search('*')).toEqual([
    'first/alpha',
    'first/beta',
    'first/delta',
    'second/Zeta',
    'second/alpha',
    'installed/gamma',
  ])
  expect(search('alpha')).toEqual(['first/alpha', 'second/alpha'])
  expect(search('[bg]*a')).toEqual(['first/beta', 'installed/gamma'])
  expect(search('.g*')).toEqual(['first/.git'])
  for (const pattern of ['ghost', '', '../second/alpha', 'REA*']) expect(search(pattern)).toEqual([])
})

test('searchRecipes() takes what cannot be listed for an empty repository', () => {
  expect(searchRecipes('*', [join(first, 'README'), `/${'x'.repeat(300)}`])).toEqual([])
  expect(findRecipe(parsePackageName('alpha'), [join(first, 'README'), `/${'x'.repeat(300)}`, second])).toBe(
    join(second, 'alpha'),
  )
})
