import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { type BuildTokens, type Jobserver, openJobserver } from './jobserver.ts'

let scratch: string
let opened: number[]
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-jobserver-')
  opened = []
})
afterEach(() => {
  for (const fd of opened) closeSync(fd)
  removeTree(scratch)
})

/** A build with its pipe, and what make does with it. */
function start(jobserver: Jobserver, name: string, urgency = 0) {
  const tokens = jobserver.open(name, urgency)
  if (tokens === undefined) return undefined
  const path = join(scratch, name)
  tokens.connect(path)
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  opened.push(fd)
  return {
    tokens,
    /** How many of `count` it gets. */
    acquire(count: number): number {
      try {
        return readSync(fd, Buffer.alloc(count))
      } catch {
        return 0
      }
    },
    release: (count: number) => void writeSync(fd, Buffer.alloc(count, '+')),
  }
}

function startTwo(total: number) {
  const jobserver = openJobserver(total)
  const [one, two] = [start(jobserver, 'one', 2), start(jobserver, 'two', 1)]
  if (one === undefined || two === undefined) throw new Error('not started')
  return { jobserver, one, two, [Symbol.dispose]: () => jobserver[Symbol.dispose]() }
}

/** Collects `count` tokens as they come. */
async function gather(build: { acquire: (count: number) => number }, count: number): Promise<void> {
  for (let got = 0; got < count; ) {
    got += build.acquire(count - got)
    await Bun.sleep(1)
  }
}

describe('openJobserver()', () => {
  test('a build alone finds all tokens but its own first', () => {
    using jobserver = openJobserver(8)

    expect(start(jobserver, 'one')?.acquire(99)).toBe(7)
  })

  test('what one does not use comes to the other, and goes back when it is wanted', async () => {
    using two = startTwo(8)
    await gather(two.two, 6)
    expect(two.one.acquire(9)).toBe(0)
    // It sees that at its next look.
    while (two.jobserver.used() < 8) await Bun.sleep(1)

    two.two.release(6)
    await gather(two.one, 6)
  })

  test('a build that waits gets the first token that lies unused', async () => {
    using two = startTwo(4)
    await gather(two.two, 2)
    expect(two.jobserver.open('three', 0)).toBeUndefined()
    const free = two.jobserver.untilFree()
    two.two.release(1)
    await free
    const three = start(two.jobserver, 'three')

    expect([three?.acquire(9), two.one.acquire(9), two.two.acquire(9)]).toEqual([0, 0, 0])
    while (two.jobserver.used() < 4) await Bun.sleep(1)
  })

  test('all that a killed build had comes to the other', async () => {
    using two = startTwo(8)
    two.one.acquire(3)
    two.one.tokens[Symbol.dispose]()

    await gather(two.two, 7)
    expect(two.jobserver.used()).toBeGreaterThanOrEqual(8 - 7)
  })

  test("surplus tokens of a build are nobody else's", async () => {
    using two = startTwo(4)
    two.one.acquire(1)
    two.two.acquire(1)
    two.one.release(5000)
    await Bun.sleep(100)
    const got = two.two.acquire(9)

    // The one that it had, and really gave back, may have come over.
    expect(got).toBeLessThanOrEqual(1)
    expect(two.one.acquire(9999) + got).toBe(1)
  })

  test('a number for itself is so many tokens less for the others', () => {
    using jobserver = openJobserver(8)
    const plain = jobserver.open('plain', 0) as BuildTokens

    expect([plain.reserve(3), start(jobserver, 'one')?.acquire(9)]).toEqual([3, 4])
    plain[Symbol.dispose]()
  })
})
