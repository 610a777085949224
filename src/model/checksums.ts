import type { Problem } from './problem.ts'

/** What a source must hash to. `blake3` has 33 bytes (66 digits), as KISS writes it; `skip` accepts anything. */
export type Checksum =
  | { readonly algorithm: 'blake3' | 'sha256'; readonly hex: string; readonly fileName?: string | undefined }
  | { readonly algorithm: 'skip' }

export interface ChecksumLine {
  readonly checksum: Checksum | undefined
  /** The first word as it stands in the file. */
  readonly listed: string
  readonly line: number
}

export interface ChecksumsReading {
  /** One for each line, also for lines that are no checksum: position decides which source a line is for. */
  readonly lines: readonly ChecksumLine[]
  readonly problems: readonly Problem[]
}

/**
 * Reads a `checksums` file: one per line, by position. 66 lower-case digits are BLAKE3, 64 are SHA-256 (a file name may
 * follow, as sha256sum writes it), `SKIP` accepts anything. Comments and empty lines are not allowed; a line that is no
 * checksum is a warning here and a mismatch when the source is verified.
 */
export function parseChecksums(text: string, file: string): ChecksumsReading {
  const problems: Problem[] = []
  const contents = text.split('\n')
  if (contents.at(-1) === '') contents.pop()
  const lines = contents.map((content, index): ChecksumLine => {
    const line = index + 1
    const [listed = '', fileName] = content.split(/[ \t]+/).filter((word) => word !== '')
    const checksum = parseChecksum(listed, fileName?.replace(/^\*/, ''))
    if (checksum === undefined)
      problems.push({
        severity: 'warning',
        file,
        line,
        sentence: `"${listed.replace(/\r$/, '(CR)')}" is no checksum: expected 66 lower-case digits (BLAKE3), 64 (SHA-256) or SKIP`,
        hint: 'kith checksum writes the file anew',
      })
    return { checksum, listed, line }
  })
  return { lines, problems }
}

function parseChecksum(word: string, fileName: string | undefined): Checksum | undefined {
  if (word === 'SKIP') return { algorithm: 'skip' }
  if (/^[0-9a-f]{66}$/.test(word)) return { algorithm: 'blake3', hex: word }
  if (/^[0-9a-f]{64}$/.test(word)) return { algorithm: 'sha256', hex: word, fileName }
  return undefined
}

/** One line per checksum, hash only, as KISS writes it. */
export function printChecksums(hexes: readonly string[]): string {
  return hexes.map((hex) => `${hex}\n`).join('')
}
