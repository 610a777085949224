import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { lockFile } from './file-lock.ts'
import { isFile, makeTemporaryDirectory, removeTree } from './files.ts'

const never = new AbortController().signal

test('lockFile() lets one in at a time and leaves nothing behind', async () => {
  const directory = makeTemporaryDirectory('/tmp', 'kith-lock-test-')
  const path = join(directory, 'locks/x')
  let inside = 0
  let most = 0
  let waited = 0
  const work = async () => {
    using _lock = await lockFile(path, () => waited++, never)
    most = Math.max(most, ++inside)
    await Bun.sleep(20)
    inside--
  }

  await Promise.all([work(), work(), work()])

  expect(most).toBe(1)
  expect(waited).toBe(2)
  expect(isFile(path)).toBe(false)
  removeTree(directory)
})

test('lockFile() takes the lock of a process that was killed', async () => {
  const directory = makeTemporaryDirectory('/tmp', 'kith-lock-test-')
  const path = join(directory, 'x')
  const script = `import { lockFile } from ${JSON.stringify(join(import.meta.dir, 'file-lock.ts'))}
const lock = await lockFile(${JSON.stringify(path)}, () => {}, new AbortController().signal)
console.log('locked')
setInterval(() => lock, 1000)`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'inherit' })
  await child.stdout.getReader().read()
  let hasWaited = false
  const waiting = () => {
    hasWaited = true
    child.kill('SIGKILL')
  }

  expect(await lockFile(path, waiting, never)).toBeDefined()
  expect(hasWaited).toBe(true)
  removeTree(directory)
})

test('lockFile() ends when the signal fires', async () => {
  const directory = makeTemporaryDirectory('/tmp', 'kith-lock-test-')
  const path = join(directory, 'x')
  using _lock = await lockFile(path, () => {}, never)

  expect(await lockFile(path, () => {}, AbortSignal.timeout(50))).toBeUndefined()
  removeTree(directory)
})
