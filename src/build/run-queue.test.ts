import { describe, expect, test } from 'bun:test'
import { createWorkQueue, type Work } from '../plan/work-queue.ts'
import { type QueueRun, runQueue } from './run-queue.ts'

/** `{ app: 'lib' }`, all of one length. */
function queueOf(needs: Readonly<Record<string, string>>) {
  const work = Object.entries(needs).map(([id, text]): Work => {
    const kind = id.startsWith('fetch') ? 'fetch' : 'build'
    return { id, kind, needs: text.split(' ').filter(Boolean), durationMs: 1000 }
  })
  return createWorkQueue(work)
}

/** Records what starts and ends, in order. `bad` work fails; everything takes a turn or more of the event loop. */
function record(bad: readonly string[] = [], changes: Partial<QueueRun<Work>> = {}) {
  const told: string[] = []
  const run: QueueRun<Work> = {
    room: { fetch: 2, build: 2 },
    async perform({ id }) {
      told.push(`+${id}`)
      await Bun.sleep(1)
      if (bad.includes(id)) throw new Error(id)
      told.push(`-${id}`)
    },
    admit: () => true,
    untilRoom: () => Bun.sleep(1),
    failed: () => [],
    signal: new AbortController().signal,
    ...changes,
  }
  return { told, run }
}

describe('runQueue()', () => {
  test('does everything, never more at one time than there is room for', async () => {
    const { told, run } = record()
    const failures = await runQueue(queueOf({ a: '', b: '', c: '', d: 'a b c', 'fetch-e': '', e: 'fetch-e' }), run)
    let [builds, most] = [0, 0]
    for (const one of told.filter((text) => !text.includes('fetch'))) {
      builds += one.startsWith('+') ? 1 : -1
      most = Math.max(most, builds)
    }

    expect(failures).toEqual([])
    expect([builds, most]).toEqual([0, 2])
    expect(told.indexOf('+d')).toBeGreaterThan(Math.max(...['-a', '-b', '-c'].map((one) => told.indexOf(one))))
    expect(told.indexOf('+e')).toBeGreaterThan(told.indexOf('-fetch-e'))
  })

  test('after a failure starts nothing, but waits for what runs', async () => {
    const { told, run } = record(['a'])
    const failures = await runQueue(queueOf({ a: '', b: '', c: '', d: 'a' }), run)

    expect(told).toEqual(['+a', '+b', '-b'])
    expect(failures.map(({ item, lost, running }) => [item.id, lost.map(({ id }) => id), running])).toEqual([
      ['a', ['d'], 1],
    ])
  })

  test('goes on where that is wanted, with all that does not need what failed', async () => {
    const { told, run } = record(['a', 'x'], { failed: () => ['build', 'fetch'] })
    const failures = await runQueue(queueOf({ a: '', b: '', c: 'b', d: 'a', x: '' }), run)

    expect(told.filter((one) => one.startsWith('-'))).toEqual(['-b', '-c'])
    expect(failures.map(({ item }) => item.id)).toEqual(['a', 'x'])
  })

  test('starts nothing that is held up, and asks again', async () => {
    let asked = 0
    const { told, run } = record([], { admit: ({ id }) => id !== 'b' || ++asked > 5 })
    await runQueue(queueOf({ a: '', b: '' }), run)

    expect(told).toEqual(['+a', '-a', '+b', '-b'])
    expect(asked).toBe(6)
  })

  test('starts nothing once it is interrupted', async () => {
    const abort = new AbortController()
    const { told, run } = record([], { signal: abort.signal })
    const ended = runQueue(queueOf({ a: '', b: 'a' }), run)
    abort.abort()
    await ended

    expect(told).toEqual(['+a', '-a'])
  })
})
