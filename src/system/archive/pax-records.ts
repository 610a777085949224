/** The records of pax extended headers: `<length> <key>=<value>\n`, for example `30 mtime=1700000000.123456789\n`. */

export type PaxRecords = ReadonlyMap<string, string>

/** Reads bytes (latin1); a later record of the same key wins. A text is the reason why they cannot be read. */
export function parsePaxRecords(bytes: string): PaxRecords | string {
  const records = new Map<string, string>()
  for (let start = 0; start < bytes.length; ) {
    const blank = bytes.indexOf(' ', start)
    const digits = blank === -1 ? '' : bytes.slice(start, blank)
    if (!/^[1-9][0-9]{0,6}$/.test(digits)) return 'a pax record has no length'
    const end = start + Number(digits)
    const equals = bytes.indexOf('=', blank)
    if (end > bytes.length || bytes[end - 1] !== '\n') return 'a pax record has a wrong length'
    if (equals === -1 || equals >= end || equals === blank + 1) return 'a pax record has no key'
    records.set(bytes.slice(blank + 1, equals), bytes.slice(equals + 1, end - 1))
    start = end
  }
  return records
}

/** The bytes (latin1) of `records`, in the order given. */
export function printPaxRecords(records: Iterable<readonly [string, string]>): string {
  let bytes = ''
  for (const [key, value] of records) {
    const rest = key.length + value.length + 3
    // The length counts its own digits.
    let length = rest + String(rest).length
    if (rest + String(length).length !== length) length = rest + String(length).length
    bytes += `${length} ${key}=${value}\n`
  }
  return bytes
}
