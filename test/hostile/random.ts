/** Random choices that come out the same for the same seed. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  readonly number: (below: number) => number
  readonly pick: <Value>(values: readonly [Value, ...Value[]]) => Value
  /** True once in `times`. */
  readonly once: (times: number) => boolean
}

/** Small and good enough: mulberry32, as its author put it into the public domain. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const number = (below: number): number => Math.floor(next() * below)
  return {
    number,
    pick: ([first, ...others]) => [first, ...others][number(others.length + 1)] ?? first,
    once: (times) => number(times) === 0,
  }
}
