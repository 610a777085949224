/** A piece of work in a graph: what must be done before it, and how long it takes alone. */
export interface TimedWork {
  readonly id: string
  /** Ids of other work; what is not in the graph counts as done. */
  readonly needs: readonly string[]
  readonly durationMs: number
}

/**
 * For each piece of work the longest way from its start to the end of everything that waits for it, in milliseconds: the later the
 * one with the largest value starts, the later all is done. Throws an Error for a circle, which no plan has.
 */
export function findCriticalPaths(graph: readonly TimedWork[]): ReadonlyMap<string, number> {
  const byId = new Map(graph.map((work) => [work.id, work]))
  const waiting = new Map(graph.map(({ id }) => [id, 0]))
  for (const { needs } of graph)
    for (const need of new Set(needs)) if (byId.has(need)) waiting.set(need, (waiting.get(need) ?? 0) + 1)
  // From what nothing waits for to what waits for nothing; grows while it is walked.
  const last = graph.filter(({ id }) => waiting.get(id) === 0)
  const behind = new Map<string, number>()
  const paths = new Map<string, number>()
  for (const { id, needs, durationMs } of last) {
    const path = durationMs + (behind.get(id) ?? 0)
    paths.set(id, path)
    for (const need of new Set(needs)) {
      const work = byId.get(need)
      if (work === undefined) continue
      behind.set(need, Math.max(behind.get(need) ?? 0, path))
      const left = (waiting.get(need) ?? 0) - 1
      waiting.set(need, left)
      if (left === 0) last.push(work)
    }
  }
  if (paths.size !== byId.size) throw new Error('work that waits for itself has no critical path')
  return paths
}
