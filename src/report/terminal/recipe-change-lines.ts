import { printable } from '../../errors/printable.ts'
import type { RecipeChanged } from '../../events/build-events.ts'
import type { Style } from './style.ts'

/** Which files of a recipe are other than they were. */
export function describeRecipeChange({ files, since, version }: Omit<RecipeChanged, 'kind'>): string {
  const named = files.map(({ file, change }) => (change === 'changed' ? file : `${file} (${change})`)).join(', ')
  const when = since === undefined ? 'is new here' : `is not as it was when it was ${since} last`
  return `its recipe ${when}${version === undefined ? '' : ` (${version})`}: ${named}`
}

/** The differences as diff(1) writes them. */
export function renderDifferences({ files }: Pick<RecipeChanged, 'files'>, style: Style): string {
  const lines = files.flatMap(({ text }) => printable(text).split('\n'))
  return lines.map((line) => `${paint(line, style)}\n`).join('')
}

function paint(line: string, style: Style): string {
  if (/^(---|\+\+\+|@@) /.test(line)) return style.faint(line)
  if (line.startsWith('+')) return style.good(line)
  return line.startsWith('-') ? style.problem(line) : line
}
