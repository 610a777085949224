import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { failureOf, scratchDirectory } from './archive/archive-fixtures.ts'
import { openUnchanging } from './unchanging-file.ts'

const isRoot = process.getuid?.() === 0
const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')

/** What is read from the beginning of an open file. */
function contentOf(fd: number): string {
  const bytes = Buffer.alloc(100)
  return bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, bytes.length, 0))
}

function place(mode = 0o644): { readonly path: string; readonly copy: string } & Disposable {
  const scratch = scratchDirectory()
  const path = join(scratch.path, 'file')
  fs.writeFileSync(path, 'as it was')
  fs.chmodSync(path, mode)
  return { path, copy: join(scratch.path, 'copy'), [Symbol.dispose]: () => scratch[Symbol.dispose]() }
}

const inode = (fd: number): number => fs.fstatSync(fd).ino

test('openUnchanging() opens a file of ours itself, and hashes it', async () => {
  using at = place()
  using file = await openUnchanging(at.path, at.copy)

  expect(inode(file.fd)).toBe(fs.statSync(at.path).ino)
  expect([file.sizeBytes, await file.hash()]).toEqual([9, sha256('as it was')])
})

test('openUnchanging() reads what was there also when something else is put in its place', async () => {
  using at = place()
  using file = await openUnchanging(at.path, at.copy)
  fs.writeFileSync(`${at.path}.new`, 'other')
  fs.renameSync(`${at.path}.new`, at.path)

  expect(await file.hash()).toBe(sha256('as it was'))
  expect(contentOf(file.fd)).toBe('as it was')
})

/** Ways for somebody else to write what we read. */
const exposed: Readonly<Record<string, (path: string) => Disposable | undefined>> = {
  'that others may write': (path) => void fs.chmodSync(path, 0o666),
  'that its group may write': (path) => void fs.chmodSync(path, 0o664),
  'that somebody has open for writing': (path) => {
    const fd = fs.openSync(path, 'r+')
    return { [Symbol.dispose]: () => fs.closeSync(fd) }
  },
  ...(isRoot ? { 'of another user': (path: string) => void fs.chownSync(path, 65534, 65534) } : {}),
}
for (const [what, expose] of Object.entries(exposed))
  test(`attack: a file ${what} changes after it was hashed`, async () => {
    using at = place()
    using _writer = expose(at.path)
    using file = await openUnchanging(at.path, at.copy)
    const hash = await file.hash()
    fs.writeFileSync(at.path, 'malicious')

    expect(hash).toBe(sha256('as it was'))
    expect(contentOf(file.fd)).toBe('as it was')
    expect(fs.existsSync(at.copy)).toBe(false)
  })

test('openUnchanging() refuses what is no regular file, and does not wait for it', async () => {
  using at = place()
  Bun.spawnSync(['mkfifo', `${at.path}.pipe`])

  for (const path of [`${at.path}.pipe`, join(at.path, '..'), '/dev/zero', `${at.path}.nothing`])
    expect((await failureOf(() => openUnchanging(path, at.copy))).code).toBe('io-failed')
})
