/** Random choices that come out the same for the same seed. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  readonly number: (below: number) => number
  readonly pick: <Value>(values: readonly [Value, ...Value[]]) => Value
  /** True once in `times`. */
  readonly once: (times: number) => boolean
}

/** Shifts and exclusive ors of 32 bits (Marsaglia, "Xorshift RNGs", 2003), begun so that seeds side by side differ at once. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  for (let turn = 0; turn < 8; turn++) next()
  const number = (below: number): number => Math.floor(next() * below)
  return {
    number,
    pick: ([first, ...others]) => [first, ...others][number(others.length + 1)] ?? first,
    once: (times) => number(times) === 0,
  }
}
