import type { TreeLine } from '../../plan/dependency-tree.ts'
import type { LineArt } from './line-art.ts'

/** A line of a tree: `│   ├── zlib 1.3-1`, with what there is to say about it behind. */
export function renderTreeLine(
  { name, kind, follows, state }: TreeLine,
  { version, art }: { readonly version: string | undefined; readonly art: LineArt },
): string {
  const above = follows.slice(0, -1).map((isGoingOn) => (isGoingOn ? art.bar : art.gap))
  const own = follows.length === 0 ? '' : follows.at(-1) === true ? art.fork : art.corner
  const marks = [...(kind === 'make' ? ['make'] : []), ...(state === 'open' ? [] : [stateMarks[state]])]
  const label = version === undefined ? name : `${name} ${version}`
  return `${above.join('')}${own}${label}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`
}

/** `*`: as above. */
const stateMarks = { folded: '*', circle: 'circle', missing: 'missing' } as const
