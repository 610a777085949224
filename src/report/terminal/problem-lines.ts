import { printable } from '../../errors/printable.ts'
import type { Problem } from '../../model/problem.ts'

/** `file:line: severity: sentence` as compilers write it, so that editors jump there; the hint below. */
export function renderProblem({ file, line, severity, sentence, hint }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}`
  return printable(`${place}: ${severity}: ${sentence}${hint === undefined ? '' : `\n    ${hint}`}`)
}
