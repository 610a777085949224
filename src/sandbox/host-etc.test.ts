import { afterEach, beforeEach, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  linkInfo,
  makeDirectory,
  makeSymlink,
  makeTemporaryDirectory,
  readDirectory,
  readLink,
  readText,
  removeTree,
} from '../system/files.ts'
import { ensureHostEtc } from './host-etc.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-host-etc-')
  makeDirectory(join(scratch, 'etc'))
})
afterEach(() => removeTree(scratch))

const make = (): Promise<string> => ensureHostEtc(join(scratch, 'layers'), { host: join(scratch, 'etc') })

test('ensureHostEtc() takes what tools need and no secret', async () => {
  for (const name of ['passwd', 'group', 'shadow', 'gshadow', 'machine-id', 'resolv.conf', 'fstab'])
    writeFileSync(join(scratch, 'etc', name), name)
  makeSymlink('/usr/share/zoneinfo/UTC', join(scratch, 'etc/localtime'))

  const layer = await make()

  expect(readDirectory(join(layer, 'etc'))).toEqual(['group', 'localtime', 'passwd'])
  expect(readLink(join(layer, 'etc/localtime'))).toBe('/usr/share/zoneinfo/UTC')
  expect(linkInfo(join(layer, 'var/tmp'))?.kind).toBe('directory')
})

test('ensureHostEtc() is made again when a file changes, and only then', async () => {
  writeFileSync(join(scratch, 'etc/passwd'), 'one')
  const first = await make()
  const same = await make()
  writeFileSync(join(scratch, 'etc/passwd'), 'another')
  const second = await make()

  expect(same).toBe(first)
  expect(second).not.toBe(first)
  expect(readText(join(second, 'etc/passwd'))).toBe('another')
})

test('ensureHostEtc() gives directories open to all, whatever the umask', async () => {
  const before = process.umask(0o077)
  const layer = await make().finally(() => process.umask(before))

  for (const path of ['etc', 'var', 'var/tmp']) expect(linkInfo(join(layer, path))?.mode).toBe(0o755)
})
