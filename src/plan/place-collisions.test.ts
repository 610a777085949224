import { expect, test } from 'bun:test'
import { textTreePath } from '../model/tree-path.ts'
import { findCollisions } from './place-collisions.ts'

const entry = (path: string, place = path) => ({
  path: textTreePath(path.replace(/(.)\/$/, '$1')),
  place: textTreePath(place.replace(/(.)\/$/, '$1')),
  isDirectory: path.endsWith('/'),
})
const paths = (...texts: string[]) => texts.map(textTreePath)

test('findCollisions() finds two files that a link of the root brings to one place', () => {
  const entries = [entry('/bin/', '/bin'), entry('/bin/x', '/usr/bin/x'), entry('/usr/bin/'), entry('/usr/bin/x')]

  expect(findCollisions(entries)).toEqual([{ place: textTreePath('/usr/bin/x'), paths: paths('/bin/x', '/usr/bin/x') }])
})

test('findCollisions() finds a file and a directory at one place', () => {
  expect(findCollisions([entry('/bin/x/', '/usr/bin/x'), entry('/usr/bin/x')])).toEqual([
    { place: textTreePath('/usr/bin/x'), paths: paths('/bin/x', '/usr/bin/x') },
  ])
})

test('findCollisions() finds a file below what becomes a file or link', () => {
  expect(findCollisions([entry('/a'), entry('/link/b', '/a/b')])).toEqual([
    { place: textTreePath('/a'), paths: paths('/a', '/link/b') },
  ])
})

test('findCollisions() lets directories come together', () => {
  expect(findCollisions([entry('/bin/', '/usr/bin'), entry('/usr/bin/'), entry('/usr/bin/x')])).toEqual([])
})
