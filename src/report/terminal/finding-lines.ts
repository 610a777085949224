import { printable } from '../../errors/printable.ts'
import type { HostFinding } from '../../model/host-finding.ts'
import type { Style } from './style.ts'
import { wrap } from './wrap.ts'

/** A finding as lines of at most `columns`: what was found; where it is not well also what that means and what to do. */
export function renderFinding(
  { id, status, found, meaning, remedy }: HostFinding,
  style: Style,
  columns: number,
): string {
  const label = status.padEnd(labelWidth)
  const mark = status === 'ok' ? style.good(label) : status === 'failing' ? style.problem(label) : style.prefix(label)
  const width = Math.max(30, Math.min(columns, 100) - indent.length)
  const [first = '', ...more] = wrap(printable(found), width - nameWidth)
  const lines = [
    `${mark}${style.name(id.padEnd(nameWidth))}${first}`,
    ...more.map((line) => indent + ' '.repeat(nameWidth) + line),
  ]
  if (status === 'ok') return lines.join('\n')
  for (const line of wrap(printable(meaning), width)) lines.push(indent + line)
  const [start, ...rest] = remedy === undefined ? [] : wrap(printable(remedy), width - 3)
  if (start !== undefined)
    lines.push(`${indent}${style.prefix('->')} ${start}`, ...rest.map((line) => `${indent}   ${line}`))
  return lines.join('\n')
}

const labelWidth = 9
const nameWidth = 17
const indent = ' '.repeat(labelWidth)
