import { expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockFile } from './file-lock.ts'
import { linkInfo, makeTemporaryDirectory, removeTree } from './files.ts'
import { isLocked } from './is-locked.ts'

test('isLocked() tells whether somebody has a lock, and makes no file', async () => {
  const scratch = makeTemporaryDirectory(tmpdir(), 'kith-locked-')
  const path = join(scratch, 'lock')
  try {
    expect(isLocked(path)).toBe(false)
    expect(linkInfo(path)).toBeUndefined()
    {
      using lock = await lockFile(path, () => {}, new AbortController().signal)
      expect(lock?.path).toBe(path)
      expect(isLocked(path)).toBe(true)
      expect(isLocked(path)).toBe(true)
    }
    expect(isLocked(path)).toBe(false)
  } finally {
    removeTree(scratch)
  }
})
