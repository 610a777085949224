/** `512M`, `8G`, or a plain number of bytes; undefined where it is neither. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})([KMGT]?)$/.exec(text) ?? []
  const bytes = Number(digits) * 1024 ** ' KMGT'.indexOf(unit || ' ')
  return bytes > 0 && bytes <= Number.MAX_SAFE_INTEGER ? bytes : undefined
}
