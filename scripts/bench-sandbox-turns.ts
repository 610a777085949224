/** Runs all contestants in turns, each round beginning with another one, after a round that does not count; gives their times. */
export async function takeTurns(
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<number>>>,
): Promise<Record<string, readonly number[]>> {
  const names = Object.keys(contestants)
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    const first = round % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const measured = await contestants[name]?.()
      if (round > 0 && measured !== undefined) times[name]?.push(measured)
    }
  }
  return times
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** `24.1 ms (20.3 to 30.2)`: the median, and where four fifths of the values are. */
export function spread(values: readonly number[]): string {
  const [low, middle, high] = [0.1, 0.5, 0.9].map((part) => quantile(values, part).toFixed(1))
  return `${middle} ms (${low} to ${high})`
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * part + 0.5)] ?? Number.NaN
}
