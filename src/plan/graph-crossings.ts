import type { Place } from './graph-layers.ts'

/** Lines between neighbouring layers that cross: inversions, counted with a binary indexed tree. */
export function countCrossings(rows: readonly (readonly Place[])[]): number {
  let crossings = 0
  rows.slice(0, -1).forEach((row, index) => {
    const positions = new Map((rows[index + 1] ?? []).map((place, position) => [place, position]))
    const counts = new Array<number>(positions.size + 1).fill(0)
    let seen = 0
    for (const place of row) {
      const ends = place.below.map((one) => positions.get(one) ?? 0)
      for (const end of ends) {
        let notAfter = 0
        for (let at = end + 1; at > 0; at -= at & -at) notAfter += counts[at] ?? 0
        crossings += seen - notAfter
      }
      for (const end of ends)
        for (let at = end + 1; at < counts.length; at += at & -at) counts[at] = (counts[at] ?? 0) + 1
      seen += ends.length
    }
  })
  return crossings
}

const rounds = 4

/** Neighbours in a row change places where fewer lines cross then, until nothing is won any more or for a few rounds. */
export function exchangeNeighbours(rows: readonly (readonly Place[])[]): Place[][] {
  const result = rows.map((row) => [...row])
  const positions = new Map<Place, number>()
  for (const row of result) row.forEach((place, index) => void positions.set(place, index))
  for (let round = 0; round < rounds; round++) if (!exchangeOnce(result, positions)) break
  return result
}

function exchangeOnce(rows: readonly Place[][], positions: Map<Place, number>): boolean {
  let isBetter = false
  for (const row of rows)
    for (let index = 1; index < row.length; index++) {
      const [left, right] = [row[index - 1], row[index]]
      if (left === undefined || right === undefined || gainOf(left, right, positions) <= 0) continue
      row[index - 1] = right
      row[index] = left
      positions.set(right, index - 1)
      positions.set(left, index)
      isBetter = true
    }
  return isBetter
}

/** How many crossings fewer there are when `left` and `right` change places. */
function gainOf(left: Place, right: Place, positions: ReadonlyMap<Place, number>): number {
  let gain = 0
  for (const side of ['above', 'below'] as const)
    for (const one of left[side])
      for (const other of right[side]) gain += Math.sign((positions.get(one) ?? 0) - (positions.get(other) ?? 0))
  return gain
}
