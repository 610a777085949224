import { basename } from 'node:path'
import type { ChecksumLine } from '../../model/checksums.ts'
import { isHashable, type Source } from '../../model/sources.ts'

/**
 * Puts checksum lines into the order of the sources, for what reads them by position. A line is for the source in its place
 * unless it names another file; then the line that names the source's file counts. What belongs to no source comes last, so
 * that a count that is wrong stays wrong.
 */
export function matchChecksums(lines: readonly ChecksumLine[], sources: readonly Source[]): ChecksumLine[] {
  const names = sources.filter(isHashable).map(sourceName)
  const remaining = new Set(lines)
  const matched = names.map((name, index) => {
    const atPosition = lines[index]
    const isOwn = atPosition !== undefined && [undefined, name].includes(listedName(atPosition))
    const line = isOwn ? atPosition : lines.find((candidate) => listedName(candidate) === name)
    if (line !== undefined) remaining.delete(line)
    return line
  })
  const found = matched.filter((line) => line !== undefined)
  return found.length === names.length ? [...found, ...remaining] : [...lines]
}

function listedName({ checksum }: ChecksumLine): string | undefined {
  if (checksum === undefined || checksum.algorithm === 'skip' || checksum.fileName === undefined) return undefined
  return basename(checksum.fileName)
}

function sourceName(source: Source): string {
  return source.kind === 'remote' ? source.fileName : basename(source.text)
}
