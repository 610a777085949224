/** How often something occurs; lists of these have the most frequent first, and equal ones by name. */
export interface Count {
  readonly name: string
  readonly count: number
}

/** How often each of `names` is there: the most frequent first, or in the order in which they come. */
export function countEach(names: Iterable<string>, order: 'most' | 'first' = 'most'): Count[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const all = [...counts].map(([name, count]) => ({ name, count }))
  return order === 'first' ? all : sortCounts(all)
}

export function sortCounts(counts: readonly Count[]): Count[] {
  return [...counts].sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1))
}
