import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { loadInstalled } from './installed-database.ts'
import { loadInstalledVersions } from './installed-versions.ts'
import { scratch } from './store-fixture.ts'

function bothOf(root: string) {
  const pairs = (all: Iterable<{ name: string; version: unknown }>) =>
    [...all].map(({ name, version }) => [name, version])
  return [pairs(loadInstalledVersions(root)), pairs(loadInstalled(root).values())]
}

test('loadInstalledVersions() says what loadInstalled() says, of ordinary databases and of odd ones', () => {
  using at = scratch()
  const database = join(at.root, 'var/db/kiss/installed')
  const odd: readonly (() => void)[] = [
    () => undefined,
    () => fs.mkdirSync(database, { recursive: true }),
    () => {
      for (const [name, version] of [
        ['zlib', '1.3 1\n'],
        ['gtk+3', '3 2'],
        ['empty', ''],
        ['bad name', '1 1\n'],
        ['Upper', '1 1\nrest\n'],
      ] as const) {
        fs.mkdirSync(join(database, name))
        fs.writeFileSync(join(database, name, 'version'), version)
      }
    },
    () => fs.writeFileSync(join(database, 'stray'), ''),
    () => fs.rmSync(join(database, 'stray')),
    () => fs.mkdirSync(join(database, 'no-version')),
    () => fs.symlinkSync('/var/db/kiss/installed/zlib', join(database, 'linked')),
    () => fs.symlinkSync('../zlib/version', join(database, 'no-version/version')),
    () => fs.mkdirSync(join(database, 'caf\u00e9')),
  ]
  for (const change of odd) {
    change()
    const [quick, whole] = bothOf(at.root)
    expect(quick).toEqual(whole)
  }
})
