import type { DifferencePart } from '../model/artifact-difference.ts'
import { differenceOfLines } from '../plan/line-difference.ts'
import { readArMembers } from '../system/archive/ar-members.ts'
import { gzipContent } from '../system/archive/gzip-content.ts'
import { readSections } from '../system/elf/elf-sections.ts'

const mostParts = 12
const mostUnpackedBytes = 32 * 2 ** 20

/**
 * Where two files differ, in the terms of what they are: sections of ELF files, members of archives and what a gzip file holds (one
 * level), lines of texts, else bytes. Empty where they are the same. Takes any bytes and never throws because of them.
 */
export function compareContents(first: Uint8Array, second: Uint8Array, isOuter = true): DifferencePart[] {
  if (Buffer.compare(first, second) === 0) return []
  const parts = (isOuter ? (compareArchives(first, second) ?? compareCompressed(first, second)) : undefined) ??
    compareElf(first, second) ??
    compareTexts(first, second) ?? [compareBytes('bytes', first, second)]
  if (parts.length <= mostParts) return parts
  return [...parts.slice(0, mostParts), { where: '… and more places', lines: [] }]
}

function compareElf(first: Uint8Array, second: Uint8Array): DifferencePart[] | undefined {
  const [one, other] = [readSections(first), readSections(second)]
  if (one === undefined || other === undefined) return undefined
  const parts: DifferencePart[] = []
  for (const [name, before, after] of pairByName(one, other)) {
    const where = `section ${name}`
    if (before === undefined) parts.push({ where, lines: ['+only here'] })
    else if (after === undefined) parts.push({ where, lines: ['-only here'] })
    else if (Buffer.compare(before.content, after.content) !== 0)
      parts.push(compareSection(where, before.content, after.content))
    if (parts.length > 2 * mostParts) break
  }
  return parts.length > 0 ? parts : [compareBytes('outside of all sections: bytes', first, second)]
}

/** What is text for people is shown as that: paths, dates, version strings. */
function compareSection(where: string, before: Uint8Array, after: Uint8Array): DifferencePart {
  const words = differenceOfLines(stringsOf(before), stringsOf(after))
  return words === undefined || where.endsWith('.note.gnu.build-id')
    ? compareBytes(where, before, after)
    : { where, lines: words.lines }
}

/** As strings(1): runs of four printable characters and more, each a line. */
function stringsOf(content: Uint8Array): string {
  return (
    Buffer.from(content)
      .toString('latin1')
      .match(/[\x20-\x7e\t]{4,}/g) ?? []
  ).join('\n')
}

function compareArchives(first: Uint8Array, second: Uint8Array): DifferencePart[] | undefined {
  const [one, other] = [readArMembers(first), readArMembers(second)]
  if (one === undefined || other === undefined) return undefined
  const names = (members: typeof one): string => members.map(({ name }) => name).join('\n')
  const order = differenceOfLines(names(one), names(other))
  const parts: DifferencePart[] = order === undefined ? [] : [{ where: 'order of members', lines: order.lines }]
  for (const [name, before, after] of pairByName(one, other)) {
    if (before === undefined || after === undefined) continue
    if (before.header !== after.header)
      parts.push({ where: `header of member ${name}`, lines: [`-${before.header}`, `+${after.header}`] })
    parts.push(...within(`member ${name}`, compareContents(before.content, after.content, false)))
    if (parts.length > 2 * mostParts) break
  }
  return parts.length > 0 ? parts : undefined
}

function compareCompressed(first: Uint8Array, second: Uint8Array): DifferencePart[] | undefined {
  const [one, other] = [gzipContent(first, mostUnpackedBytes), gzipContent(second, mostUnpackedBytes)]
  if (one === undefined || other === undefined) return undefined
  const parts = within('uncompressed', compareContents(one, other, false))
  return parts.length > 0 ? parts : [compareBytes('how it is compressed (gzip header: time, name)', first, second)]
}

function compareTexts(first: Uint8Array, second: Uint8Array): DifferencePart[] | undefined {
  if (!isText(first) || !isText(second)) return undefined
  const found = differenceOfLines(Buffer.from(first).toString(), Buffer.from(second).toString())
  return found && [{ where: `line ${found.line}`, lines: found.lines }]
}

function isText(content: Uint8Array): boolean {
  return !content.subarray(0, 8192).includes(0)
}

const shownBytes = 16

/** Sixteen bytes from the first that differs. */
function compareBytes(where: string, before: Uint8Array, after: Uint8Array): DifferencePart {
  const most = Math.min(before.length, after.length)
  let at = 0
  while (at < most && before[at] === after[at]) at++
  const from = at - (at % shownBytes)
  const sizes = before.length === after.length ? '' : ` (${before.length} and ${after.length} bytes)`
  const show = (bytes: Uint8Array): string => {
    const piece = Buffer.from(bytes.subarray(from, from + shownBytes))
    const hex = piece.toString('hex').match(/../g)?.join(' ') ?? 'ends before'
    return `${hex.padEnd(3 * shownBytes)} ${piece.toString('latin1').replace(/[^\x20-\x7e]/g, '.')}`.trimEnd()
  }
  return { where: `${where} from ${from}${sizes}`, lines: [`-${show(before)}`, `+${show(after)}`] }
}

function within(where: string, parts: readonly DifferencePart[]): DifferencePart[] {
  return parts.map((part) => ({ ...part, where: `${where}: ${part.where}` }))
}

/** Both sides' things of each name, in the order of the first; of several with one name the first with the first. */
function pairByName<Thing extends { readonly name: string }>(
  first: readonly Thing[],
  second: readonly Thing[],
): [name: string, before: Thing | undefined, after: Thing | undefined][] {
  const numbered = (things: readonly Thing[]): Map<string, Thing> => {
    const seen = new Map<string, number>()
    return new Map(
      things.map((thing) => {
        const count = seen.get(thing.name) ?? 0
        seen.set(thing.name, count + 1)
        return [`${thing.name}\0${count}`, thing]
      }),
    )
  }
  const [one, other] = [numbered(first), numbered(second)]
  const keys = new Set([...one.keys(), ...other.keys()])
  return [...keys].map((key) => [key.slice(0, key.lastIndexOf('\0')), one.get(key), other.get(key)])
}
