import { parseFileCapability } from '../file-capability.ts'
import { capabilityXattr, isKeptXattr, type Xattrs } from '../file-xattrs.ts'
import type { PaxRecords } from './pax-records.ts'
import type { TarMember } from './tar-reader.ts'

/** Extended attributes in pax headers: a record `SCHILY.xattr.<name>` each, as star, GNU tar and bsdtar write them. */
const prefix = 'SCHILY.xattr.'

/** A record's key ends at the first `=`; GNU tar writes that, and the percent sign, in this way. */
export function printXattrRecords(xattrs: Xattrs): [string, string][] {
  return [...xattrs]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => [`${prefix}${name.replaceAll('%', '%25').replaceAll('=', '%3D')}`, value])
}

export function parseXattrRecords(records: PaxRecords): Xattrs {
  const xattrs = new Map<string, string>()
  for (const [key, value] of records)
    if (key.startsWith(prefix))
      xattrs.set(key.slice(prefix.length).replaceAll('%3D', '=').replaceAll('%25', '%'), value)
  return xattrs
}

/** Of one file: what the kernel takes, and for all together what a pax header of ours holds well. */
const mostNameBytes = 255
const mostValueBytes = 65_536
const mostBytes = 1 << 18

/** Why a file of a package cannot have these attributes; undefined where it can. */
export function xattrsFault(xattrs: Xattrs): string | undefined {
  let bytes = 0
  for (const [name, value] of xattrs) {
    bytes += name.length + value.length
    if (!isKeptXattr(name)) return `the attribute "${name.slice(0, mostNameBytes)}", which no package may bring`
    if (name.length > mostNameBytes || name.includes('\0')) return 'an attribute with an impossible name'
    if (value.length > mostValueBytes) return `an attribute of ${value.length} bytes`
    if (name === capabilityXattr && parseFileCapability(value) === undefined) return 'malformed capabilities'
  }
  return bytes > mostBytes ? `${bytes} bytes of attributes` : undefined
}

/** The same for any member of an artifact; capabilities are for files alone. */
export function memberXattrsFault({ type, xattrs }: Pick<TarMember, 'type' | 'xattrs'>): string | undefined {
  if (xattrs.size === 0) return undefined
  if (xattrs.has(capabilityXattr) && type !== 'file' && type !== 'hardlink') return 'capabilities without being a file'
  return xattrsFault(xattrs)
}
