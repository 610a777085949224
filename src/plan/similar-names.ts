/** Up to three of `names` that somebody who wrote `wanted` may have meant: the nearest first. */
export function similarNames(wanted: string, names: Iterable<string>): string[] {
  const mostChanges = wanted.length < 5 ? 1 : 2
  const near: { name: string; changes: number }[] = []
  for (const name of names) {
    if (name === wanted || Math.abs(name.length - wanted.length) > mostChanges) continue
    const changes = countChanges(wanted, name)
    if (changes <= mostChanges) near.push({ name, changes })
  }
  near.sort((one, other) => one.changes - other.changes || (one.name < other.name ? -1 : 1))
  return near.slice(0, 3).map(({ name }) => name)
}

/** Characters to be added, left out or replaced to make one of the other (Levenshtein). */
function countChanges(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let left = 1; left <= one.length; left++) {
    const next = [left]
    for (let right = 1; right <= other.length; right++) {
      const replaced = (row[right - 1] ?? 0) + (one[left - 1] === other[right - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[right] ?? 0) + 1, (next[right - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
