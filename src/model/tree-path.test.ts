import { expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { treePaths } from './arbitraries.ts'
import {
  ancestorPaths,
  baseName,
  bytesText,
  childPath,
  parentPath,
  textBytes,
  textTreePath,
  treePathFault,
} from './tree-path.ts'

test('treePathFault() refuses what could leave the tree', () => {
  for (const path of ['', 'etc', '/..', '/a/../b', '/a//b', '/a/', '/./a', '/a\0', `/${'x'.repeat(256)}`])
    expect(treePathFault(path)).toBeString()
  for (const path of ['/', '/etc', '/a b', '/...', '/\xff']) expect(treePathFault(path)).toBeUndefined()
})

test('parentPath(), baseName() and childPath() take a path apart and put it together', () => {
  fc.assert(
    fc.property(treePaths(), (path) => {
      expect(childPath(parentPath(path), baseName(path))).toBe(path)
      expect(ancestorPaths(path)).not.toContain(textTreePath('/'))
      for (const ancestor of ancestorPaths(path)) expect(path.startsWith(`${ancestor}/`)).toBe(true)
    }),
  )
})

test('a path joined to a root stays below it, for any path', () => {
  fc.assert(
    fc.property(treePaths(), (path) => {
      expect(join('/root', path).startsWith('/root/')).toBe(true)
    }),
  )
})

test('textBytes() and bytesText() are inverse for text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(bytesText(textBytes(text))).toBe(text)
    }),
  )
})
