import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { acyclicDependencies } from './arbitraries.ts'
import { createWorkQueue, type QueueOptions, type Work, type WorkQueue } from './work-queue.ts'

/** `{ app: 'lib tool' }`: builds of one second each, `app` needs the others. */
function builds(needs: Readonly<Record<string, string>>, more: Partial<Record<string, Partial<Work>>> = {}): Work[] {
  return Object.entries(needs).map(([id, text]) => {
    return { id, kind: 'build', needs: text.split(' ').filter(Boolean), durationMs: 1000, ...more[id] }
  })
}

/** Starts whatever may start, with room for any number; gives the names. */
function startAll(queue: WorkQueue<Work>): string[] {
  const names: string[] = []
  for (let item = queue.next('build'); item !== undefined; item = queue.next('build')) {
    queue.started(item.id)
    names.push(item.id)
  }
  return names
}

describe('createWorkQueue()', () => {
  test('starts nothing before all that it needs is finished', () => {
    const queue = createWorkQueue(builds({ top: 'left right', left: 'bottom', right: 'bottom', bottom: '' }))

    expect(startAll(queue)).toEqual(['bottom'])
    queue.finished('bottom')
    expect(startAll(queue)).toEqual(['left', 'right'])
    queue.finished('right')
    expect(startAll(queue)).toEqual([])
    queue.finished('left')
    expect(startAll(queue)).toEqual(['top'])
    expect(queue.leftCount()).toBe(1)
    queue.finished('top')
    expect(queue.leftCount()).toBe(0)
  })

  test('starts first what the most time waits for, then what was given first', () => {
    const graph = builds(
      { quick: '', slow: '', deep: '', middle: 'deep', end: 'middle', later: '' },
      { slow: { durationMs: 2500 } },
    )

    expect(
      createWorkQueue(graph)
        .ready('build')
        .map(({ id }) => id),
    ).toEqual(['deep', 'slow', 'quick', 'later'])
  })

  test('queues the targets with what they need, and nothing else', () => {
    const graph = builds({ app: 'lib', lib: 'absent', other: 'lib', apart: '' })
    const names = (options: QueueOptions): string[] => {
      const queue = createWorkQueue(graph, options)
      const started: string[] = []
      while (queue.leftCount() > 0)
        for (const id of startAll(queue)) {
          started.push(id)
          queue.finished(id)
        }
      return started
    }

    expect(names({ targets: ['app'] })).toEqual(['lib', 'app'])
    expect(names({}).sort()).toEqual(['apart', 'app', 'lib', 'other'].sort())
  })

  test('a failure takes with it what needs it, however far, and leaves the rest', () => {
    const queue = createWorkQueue(builds({ far: 'near', near: 'bad good', good: '', bad: '', apart: 'good' }))
    startAll(queue)

    expect(queue.failed('bad').map(({ id }) => id)).toEqual(['far', 'near'])
    expect(queue.leftCount()).toBe(2)
    queue.finished('good')
    expect(startAll(queue)).toEqual(['apart'])
  })

  test('a second failure tells only what the first did not take', () => {
    const queue = createWorkQueue(builds({ both: 'one two', one: '', two: '', only: 'two' }))
    startAll(queue)

    expect(queue.failed('one').map(({ id }) => id)).toEqual(['both'])
    expect(queue.failed('two').map(({ id }) => id)).toEqual(['only'])
    expect(queue.leftCount()).toBe(0)
  })

  test('fetching does not wait for building, nor the other way round', () => {
    const queue = createWorkQueue([
      { id: 'fetch a', kind: 'fetch', needs: [], durationMs: 1, runsAlone: true },
      { id: 'build a', kind: 'build', needs: ['fetch a'], durationMs: 1 },
      { id: 'build b', kind: 'build', needs: [], durationMs: 1 },
    ])

    expect([queue.next('fetch')?.id, queue.next('build')?.id]).toEqual(['fetch a', 'build b'])
    queue.started('fetch a')
    expect(startAll(queue)).toEqual(['build b'])
  })

  test('what runs alone waits until nothing of its kind runs, and nothing starts meanwhile', () => {
    const alone = { runsAlone: true, durationMs: 5000 }
    const queue = createWorkQueue(builds({ first: '', alone: '', last: '' }, { first: { durationMs: 9000 }, alone }))

    expect(startAll(queue)).toEqual(['first'])
    expect(queue.ready('build').map(({ id }) => id)).toEqual(['alone', 'last'])
    queue.finished('first')
    expect(startAll(queue)).toEqual(['alone'])
    queue.finished('alone')
    expect(startAll(queue)).toEqual(['last'])
  })

  test('refuses what cannot happen', () => {
    const queue = createWorkQueue(builds({ one: 'two', two: '' }))

    expect(() => queue.started('one')).toThrow('work "one" is waiting, not ready')
    expect(() => queue.finished('two')).toThrow('work "two" is ready, not running')
    expect(() => queue.started('three')).toThrow('unknown')
  })

  test('ends with everything done or given up, whatever fails and whatever ends first', () => {
    fc.assert(
      fc.property(acyclicDependencies(), fc.infiniteStream(fc.nat({ max: 999 })), (dependencies, choices) => {
        const choose = (): number => choices.next().value ?? 0
        const queue = createWorkQueue(
          builds(Object.fromEntries([...dependencies].map(([id, all]) => [id, all.join(' ')]))),
        )
        const done = new Set<string>()
        const failed = new Set<string>()
        const running: string[] = []
        while (queue.leftCount() > 0) {
          for (const id of startAll(queue)) {
            for (const need of dependencies.get(id as never) ?? []) expect(done.has(need)).toBe(true)
            running.push(id)
          }
          const [id = ''] = running.splice(choose() % running.length, 1)
          if (choose() % 5 === 0) for (const lost of [id, ...queue.failed(id).map((one) => one.id)]) failed.add(lost)
          else {
            queue.finished(id)
            done.add(id)
          }
        }

        expect(done.size + failed.size).toBe(dependencies.size)
        for (const [name, needs] of dependencies)
          if (needs.some((need) => failed.has(need))) expect(failed.has(name)).toBe(true)
      }),
    )
  })
})
