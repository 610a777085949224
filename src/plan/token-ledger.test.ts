import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createTokenLedger, type TokenLedger } from './token-ledger.ts'

/** Pipes as the builds see them: what lies in them, and what their programs have taken out. */
function simulate(total: number, ...names: string[]) {
  const ledger = createTokenLedger(total)
  const pipes = new Map<string, { lying: number; used: number }>()
  const open = (id: string, urgency = 0): boolean => {
    const isOpen = ledger.open(id, urgency)
    if (isOpen) {
      ledger.connect(id)
      pipes.set(id, { lying: 0, used: 0 })
    }
    return isOpen
  }
  const pipe = (id: string) => pipes.get(id) ?? { lying: 0, used: 0 }
  for (const [index, name] of names.entries()) open(name, -index)
  return {
    ledger,
    pipes,
    open,
    /** Its programs take up to so many tokens, or put them back. */
    use(id: string, count: number) {
      const one = pipe(id)
      const taken = Math.max(-one.used, Math.min(count, one.lying))
      one.lying -= taken
      one.used += taken
    },
    close(id: string) {
      ledger.close(id)
      pipes.delete(id)
    },
    /** Looks, and moves what is planned; another program may be quicker than a move out of a pipe. */
    tick(isAwaited = false) {
      for (const [id, { lying }] of pipes) pipe(id).lying -= ledger.observe(id, lying)
      for (const { id, count } of ledger.plan(isAwaited)) {
        const possible = count < 0 ? -Math.min(-count, pipe(id).lying) : Math.min(count, ledger.free())
        pipe(id).lying += possible
        ledger.moved({ id, count: possible })
      }
      return Object.fromEntries([...pipes].map(([id, { lying }]) => [id, lying]))
    },
  }
}

describe('createTokenLedger()', () => {
  test('gives the only build everything', () => {
    expect(simulate(8, 'a').tick()).toEqual({ a: 7 })
  })

  test('gives each build its own token first, and none where there is none', () => {
    const { open, ledger } = simulate(2, 'a', 'b')

    expect([ledger.free(), open('c')]).toEqual([0, false])
  })

  test('shares out evenly, the odd one to the most urgent', () => {
    expect(simulate(8, 'urgent', 'other', 'third').tick()).toEqual({ urgent: 2, other: 2, third: 1 })
  })

  test('moves what lies unused to whoever has used up its own', () => {
    const { tick, use } = simulate(8, 'configures', 'compiles')
    tick()
    use('compiles', 3)

    expect(tick()).toEqual({ configures: 1, compiles: 2 })
    use('compiles', 2)
    expect(tick()).toEqual({ configures: 0, compiles: 1 })
    use('compiles', 1)
    expect(tick()).toEqual({ configures: 0, compiles: 0 })
  })

  test('asks a build that wanted nothing again after a while', () => {
    const { tick, use } = simulate(3, 'compiles', 'configures')
    tick()
    use('compiles', 1)
    for (let index = 0; index < 3; index++) tick()
    use('compiles', 9)
    use('compiles', -1)
    const offers = Array.from({ length: 60 }, () => {
      const lying = tick()
      use('compiles', 1)
      return lying.configures
    })

    expect(offers).toContain(1)
  })

  test('takes one from the least urgent that has some left, for a build that waits', () => {
    const { tick, open, use, ledger } = simulate(6, 'urgent', 'other')
    tick()
    expect(ledger.free()).toBe(0)
    tick(true)
    expect(ledger.free()).toBe(1)
    expect(open('third')).toBe(true)
    use('other', 9)
    use('urgent', 9)
    tick(true)

    expect(ledger.free()).toBe(0)
  })

  test('whatever a build writes to its pipe, others have no more of it, and all comes back', () => {
    const { tick, close, pipes, ledger } = simulate(8, 'hostile', 'other')
    tick()
    const hostile = pipes.get('hostile')
    if (hostile !== undefined) hostile.lying = 60_000
    tick()

    expect(hostile?.lying).toBeLessThanOrEqual(6)
    expect((pipes.get('other')?.lying ?? 0) + (hostile?.lying ?? 0) + 2).toBe(8)
    close('hostile')
    close('other')
    expect(ledger.free()).toBe(8)
  })

  test('reserves what is free for a build without a pipe', () => {
    const { ledger, tick } = simulate(8, 'a')
    ledger.open('plain', 0)

    expect([ledger.reserve('plain', 2), ledger.reserve('plain', 9)]).toEqual([2, 4])
    expect([ledger.free(), ledger.used()]).toEqual([0, 8])
    ledger.close('plain')
    expect(tick()).toEqual({ a: 7 })
  })

  test('tokens that a killed build had come back, wherever they were', () => {
    const { tick, use, close, ledger } = simulate(8, 'a', 'b')
    tick()
    use('a', 2)
    close('a')

    expect(ledger.free()).toBeGreaterThan(0)
    expect(tick()).toEqual({ b: 7 })
  })

  test('never are more in use than there are, and none is lost, whatever happens', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      what: fc.nat({ max: 5 }),
      count: fc.nat({ max: 9 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 80 }), (total, steps) => {
        const world = simulate(total)
        for (const { id, what, count } of steps) {
          if (what === 0) world.open(id, count)
          else if (what === 1) world.close(id)
          else if (what === 2) world.use(id, -count)
          else if (what < 5) world.use(id, count)
          world.tick(what === 5)
          const held = [...world.pipes.values()].reduce((sum, { lying, used }) => sum + 1 + lying + used, 0)

          expect(held + world.ledger.free()).toBe(total)
          expect(world.ledger.free()).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  test('leaves no token unused where somebody uses all it gets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 4 }), (total, builds) => {
        const names = Array.from({ length: Math.min(builds, total) }, (_, index) => `b${index}`)
        const world = simulate(total, ...names)
        const greedy = names.at(-1) ?? ''
        for (let index = 0; index < 4 * total; index++) {
          world.tick()
          world.use(greedy, 9)
        }
        for (const [id, { lying }] of world.pipes) world.ledger.observe(id, lying)

        expect(usedAtLeast(world.ledger, total - 1)).toBe(true)
      }),
    )
  })
})

/** One may lie where somebody is asked whether it wants it. */
function usedAtLeast(ledger: TokenLedger, count: number): boolean {
  return ledger.used() >= count
}
