export interface LineDifference {
  /** Of the first line that differs, from 1. */
  readonly line: number
  /** As a unified diff has them, without context; shortened. */
  readonly lines: readonly string[]
}

const mostLines = 12
const mostCharacters = 160
/** The table of the longest common subsequence has the product of both as its size. */
const mostCompared = 600

/** A short diff of two texts, line by line; undefined where they are the same. */
export function differenceOfLines(first: string, second: string): LineDifference | undefined {
  if (first === second) return undefined
  const [one, other] = [first.split('\n'), second.split('\n')]
  let start = 0
  while (start < one.length && start < other.length && one[start] === other[start]) start++
  let end = 0
  const most = Math.min(one.length, other.length) - start
  while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end++
  const removed = one.slice(start, one.length - end)
  const added = other.slice(start, other.length - end)
  const isSmall = removed.length <= mostCompared && added.length <= mostCompared
  const lines = isSmall ? mergeLines(removed, added) : [...removed.map(marked('-')), ...added.map(marked('+'))]
  return { line: start + 1, lines: shorten(lines) }
}

function marked(mark: '-' | '+'): (line: string) => string {
  return (line) => mark + line
}

/** Lines of both that are the same in between are left out. */
function mergeLines(removed: readonly string[], added: readonly string[]): string[] {
  const width = added.length + 1
  const common = new Uint16Array((removed.length + 1) * width)
  for (let row = removed.length - 1; row >= 0; row--)
    for (let column = added.length - 1; column >= 0; column--)
      common[row * width + column] =
        removed[row] === added[column]
          ? (common[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(common[(row + 1) * width + column] ?? 0, common[row * width + column + 1] ?? 0)
  const lines: string[] = []
  let [row, column] = [0, 0]
  while (row < removed.length || column < added.length) {
    const isSame = row < removed.length && column < added.length && removed[row] === added[column]
    const below = row < removed.length ? (common[(row + 1) * width + column] ?? 0) : -1
    const beside = column < added.length ? (common[row * width + column + 1] ?? 0) : -1
    if (isSame) {
      row++
      column++
    } else if (below >= beside) lines.push(`-${removed[row++] ?? ''}`)
    else lines.push(`+${added[column++] ?? ''}`)
  }
  return lines
}

/** As many of each as there is room for, so that both sides are seen. */
function shorten(lines: readonly string[]): string[] {
  const cut = (line: string): string => (line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line)
  if (lines.length <= mostLines) return lines.map(cut)
  const half = mostLines / 2
  const kept = (['-', '+'] as const).flatMap((mark) => lines.filter((line) => line.startsWith(mark)).slice(0, half))
  return [...kept.map(cut), `… ${lines.length - kept.length} more`]
}
