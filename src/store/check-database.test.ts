import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, makeTemporaryDirectory, removeTree, writeFileAtomic } from '../system/files.ts'
import { checkDatabase } from './check-database.ts'
import { databasePath } from './installed-database.ts'

let root: string
beforeEach(() => {
  root = makeTemporaryDirectory(tmpdir(), 'kith-check-')
})
afterEach(() => removeTree(root))

function entry(name: string, files: Readonly<Record<string, string>>): void {
  const directory = join(root, databasePath, name)
  makeDirectory(directory)
  for (const [file, text] of Object.entries(files)) writeFileAtomic(join(directory, file), text)
}

test('checkDatabase() counts what is installed', () => {
  expect(checkDatabase(root)).toMatchObject({ status: 'ok', found: '0 packages installed' })
  entry('zlib', { version: '1 1\n', manifest: '/usr/lib/libz.so\n' })
  expect(checkDatabase(root)).toMatchObject({ status: 'ok', found: '1 package installed' })
})

test('checkDatabase() names the entries that cannot be read', () => {
  entry('good', { version: '1 1\n', manifest: '/usr/good\n' })
  entry('no-manifest', { version: '1 1\n' })
  entry('no-version', { manifest: '/usr/x\n' })
  entry('odd', { version: '1 1\n', manifest: '../outside\n' })

  expect(checkDatabase(root)).toMatchObject({
    status: 'warning',
    found: '3 of 4 entries cannot be read: no-manifest no-version odd',
    remedy: expect.stringContaining('kith install no-manifest'),
  })
})
