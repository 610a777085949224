/** One paragraph of a control file: field names in lower case; continuation lines joined by newlines, without their indent. */
export type Stanza = ReadonlyMap<string, string>

/** Paragraphs of Debian's control file syntax (deb822): `Field: value`, indented continuation lines, `#` comments. */
export function parseStanzas(text: string): Stanza[] {
  const stanzas: Stanza[] = []
  let fields = new Map<string, string>()
  let current: string | undefined
  for (const line of [...text.split(/\r?\n/), '']) {
    if (line.startsWith('#')) continue
    if (line.trim() === '') {
      if (fields.size > 0) stanzas.push(fields)
      fields = new Map()
      current = undefined
    } else if (/^[ \t]/.test(line)) {
      if (current !== undefined) fields.set(current, `${fields.get(current) ?? ''}\n${line.trim()}`)
    } else {
      const [, name, value = ''] = /^([^\s:]+):(.*)$/.exec(line) ?? []
      current = name?.toLowerCase()
      if (current !== undefined) fields.set(current, value.trim())
    }
  }
  return stanzas
}

/** The words of a field, in order; none where the field is missing. */
export function wordsOf(stanza: Stanza, field: string): string[] {
  return (stanza.get(field) ?? '').split(/[\s,]+/).filter((word) => word !== '')
}
