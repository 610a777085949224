/** Has `work` done for each item, at most `parallel` at a time, begun in order. What one of them throws ends it. */
export async function forEachOf<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const workers = Array.from({ length: Math.max(1, parallel) }, async () => {
    for (const item of queue) await work(item)
  })
  await Promise.all(workers)
}
