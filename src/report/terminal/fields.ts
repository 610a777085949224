import { wrap } from './wrap.ts'

/** Labels on the left, what they say beside them, within `columns`; each text of a list begins a line of its own. */
export function renderFields(
  fields: readonly (readonly [label: string, text: string | readonly string[]])[],
  columns: number,
): string {
  const left = Math.max(0, ...fields.map(([label]) => label.length)) + 2
  const width = Math.max(20, columns - left)
  return fields
    .flatMap(([label, text]) => {
      const lines = (typeof text === 'string' ? [text] : text).flatMap((one) => wrap(one, width))
      return lines.map((line, index) => (index === 0 ? label : '').padEnd(left) + line)
    })
    .join('\n')
}
