import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimDirectory, releaseClaimed, removeAbandonedIn } from './claimed-directory.ts'
import {
  isDirectory,
  linkInfo,
  makeDirectory,
  makeEmptyFile,
  makeSymlink,
  makeTemporaryDirectory,
  readDirectory,
  removeTree,
  writeFileAtomic,
} from './files.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-claim-')
})
afterEach(() => removeTree(scratch))

/** Another process that claims `name` and then waits; gives how to kill it. */
async function otherClaims(name: string, then = ''): Promise<{ kill(): Promise<void> } & AsyncDisposable> {
  const program = `
    const { claimDirectory, releaseClaimed } = await import(${JSON.stringify(join(import.meta.dir, 'claimed-directory.ts'))})
    claimDirectory(${JSON.stringify(join(scratch, name))})
    ${then}
    process.stdout.write('claimed')
    setInterval(() => {}, 1000)`
  const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' })
  await child.stdout.getReader().read()
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await child.exited
  }
  return { kill, [Symbol.asyncDispose]: kill }
}

test('claimDirectory() makes a directory for its owner alone, and disposing removes it', () => {
  const claimed = claimDirectory(join(scratch, 'mine'))
  makeEmptyFile(join(claimed.path, 'deep/file'))

  expect(linkInfo(claimed.path)?.mode).toBe(0o700)
  claimed[Symbol.dispose]()
  expect(readDirectory(scratch)).toEqual([])
})

test('removeAbandonedIn() removes what a killed process left, and nothing of a living one', async () => {
  await using dead = await otherClaims('dead')
  await using living = await otherClaims('living')
  using own = claimDirectory(join(scratch, 'own'))
  await dead.kill()

  removeAbandonedIn(scratch)

  expect(readDirectory(scratch)).toEqual(['living', 'own'])
  expect(isDirectory(own.path)).toBe(true)
  await living.kill()
  removeAbandonedIn(scratch)
  expect(readDirectory(scratch)).toEqual(['own'])
})

test('removeAbandonedIn() leaves directories that were never claimed, or shall be kept', async () => {
  makeDirectory(join(scratch, '999999/pkg'))
  const other = await otherClaims('kept', `releaseClaimed(${JSON.stringify(join(scratch, 'kept'))}, 'keep')`)
  await other.kill()

  removeAbandonedIn(scratch)
  removeAbandonedIn(join(scratch, 'missing'))

  expect(readDirectory(scratch)).toEqual(['999999', 'kept'])
})

test('removeAbandonedIn() follows no link', async () => {
  const other = await otherClaims('outside')
  await other.kill()
  makeDirectory(join(scratch, 'in'))
  makeSymlink(join(scratch, 'outside', '.kith-claim'), join(scratch, 'in', 'link'))
  makeDirectory(join(scratch, 'in/sub'))
  makeSymlink(join(scratch, 'outside', '.kith-claim'), join(scratch, 'in/sub/.kith-claim'))

  removeAbandonedIn(join(scratch, 'in'))

  expect(readDirectory(join(scratch, 'in'))).toEqual(['link', 'sub'])
})

test('claimDirectory() takes over what a dead process of the same name left, empty', async () => {
  const other = await otherClaims('same')
  makeEmptyFile(join(scratch, 'same/left'))
  await other.kill()

  using claimed = claimDirectory(join(scratch, 'same'))

  expect(readDirectory(claimed.path)).toEqual(['.kith-claim'])
})

test('claimDirectory() refuses what a living process has', async () => {
  await using _other = await otherClaims('taken')

  expect(() => claimDirectory(join(scratch, 'taken'))).toThrow('another kith is at work there')
  expect(isDirectory(join(scratch, 'taken'))).toBe(true)
})

test('releaseClaimed() removes what this process has, and never what another one has', async () => {
  await using _other = await otherClaims('taken')
  claimDirectory(join(scratch, 'mine'))

  for (const name of ['taken', 'mine', 'missing']) releaseClaimed(join(scratch, name), 'remove')

  expect(readDirectory(scratch)).toEqual(['taken'])
})

test('claimDirectory() refuses what is there and is not of kith, also behind a link, and leaves it as it is', () => {
  const foreign = join(scratch, 'foreign')
  makeDirectory(foreign)
  writeFileAtomic(join(foreign, '.lock'), 'of another program')
  makeSymlink(foreign, join(scratch, 'link'))

  for (const name of ['foreign', 'link']) expect(() => claimDirectory(join(scratch, name))).toThrow('Cannot work in')
  removeAbandonedIn(scratch)

  expect(readDirectory(foreign)).toEqual(['.lock'])
})
