import { expect, test } from 'bun:test'
import { textTreePath } from '../model/tree-path.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree } from '../system/tree-view.ts'
import { loadInstalled, readManifest } from './installed-database.ts'
import { findOwners } from './owners.ts'
import { makeNodes, scratch } from './store-fixture.ts'

const database = '/var/db/kiss/installed'

test('loadInstalled() reads versions and dependencies, in order of names, and bears what is incomplete', () => {
  using at = scratch()
  makeNodes(at.root, {
    [`${database}/zlib/version`]: '1.3 1\n',
    [`${database}/gtk+3/version`]: '3.0 2\n',
    [`${database}/gtk+3/depends`]: 'zlib\npython make\n',
    [`${database}/odd`]: { directory: 0o755 },
    [`${database}/file`]: 'no directory',
    [`${database}/no name`]: { directory: 0o755 },
  })

  const installed = [...loadInstalled(at.root).values()]

  expect(installed.map(({ name, version }) => `${name} ${version?.version}-${version?.release}`)).toEqual([
    'gtk+3 3.0-2',
    'odd undefined-undefined',
    'zlib 1.3-1',
  ])
  expect(installed[0]?.dependencies.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['zlib run', 'python make'])
})

test('loadInstalled() of an empty root is empty', () => {
  using at = scratch()

  expect(loadInstalled(at.root).size).toBe(0)
})

test('readManifest() says that a manifest is missing', async () => {
  using at = scratch()

  expect((await failureOf(() => readManifest(diskTree(at.root), textTreePath(`${database}/x`)))).message).toContain(
    'manifest is missing',
  )
})

test('findOwners() judges by places: files that are listed behind a link, never directories', () => {
  using at = scratch()
  makeNodes(at.root, {
    '/usr/bin': { directory: 0o755 },
    '/bin': { to: 'usr/bin' },
    [`${database}/one/manifest`]: '/bin/sh\n/bin/\n/usr/share/\n',
    [`${database}/two/manifest`]: '/usr/bin/vi\n/opt/sh\n',
  })
  const places = new Set(['/usr/bin/sh', '/usr/bin/vi', '/usr/share', '/usr/bin/sed'].map(textTreePath))

  const owners = findOwners(places, loadInstalled(at.root).values(), new PhysicalPaths(diskTree(at.root)))

  expect<Record<string, string>>(Object.fromEntries(owners)).toEqual({ '/usr/bin/sh': 'one', '/usr/bin/vi': 'two' })
})
