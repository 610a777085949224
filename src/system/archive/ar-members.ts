export interface ArMember {
  readonly name: string
  /** Of its header, as it stands there: time, owner, group, mode. */
  readonly header: string
  readonly content: Uint8Array
}

const magic = '!<arch>\n'
const headerBytes = 60

/**
 * The members of an archive of ar(1), as GNU ar writes it, with the long names that it keeps aside; undefined where it is none, or not
 * whole.
 */
export function readArMembers(file: Uint8Array): ArMember[] | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined
  const members: ArMember[] = []
  let longNames = ''
  for (let at = magic.length; at < bytes.length; ) {
    const header = bytes.toString('latin1', at, at + headerBytes)
    const sizeBytes = Number(header.slice(48, 58).trim())
    const start = at + headerBytes
    if (!header.endsWith('`\n') || !Number.isSafeInteger(sizeBytes) || start + sizeBytes > bytes.length)
      return undefined
    const content = bytes.subarray(start, start + sizeBytes)
    const name = header.slice(0, 16).trimEnd()
    if (name === '//') longNames = content.toString('latin1')
    else members.push({ name: fullName(name, longNames), header: header.slice(16, 48).trimEnd(), content })
    at = start + sizeBytes + (sizeBytes % 2)
  }
  return members
}

function fullName(name: string, longNames: string): string {
  const offset = /^\/(\d+)$/.exec(name)?.[1]
  if (offset === undefined) return name.length > 1 ? name.replace(/\/$/, '') : 'symbol table'
  const from = Number(offset)
  return longNames.slice(from, longNames.indexOf('/\n', from))
}
