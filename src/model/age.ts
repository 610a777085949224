/** Milliseconds of `90m`, `12h`, `30d` or `8w`; undefined for anything else. */
export function parseAge(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit]
  return seconds === undefined ? undefined : Number(digits) * seconds * 1000
}
