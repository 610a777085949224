import { parseStanzas, type Stanza, wordsOf } from './deb822.ts'
import type { UpstreamFileName } from './upstream-file-name.ts'

/** A file of a source package and where it is listed. */
export interface SourceFile {
  readonly packageName: string
  readonly packageVersion: string
  readonly fileName: string
  readonly sha256: string
}

/**
 * Files whose SHA-256 is `sha256`. `index` is the text of a `Sources` index, one byte a character; several source
 * packages may list the same file, each is an own way to get it.
 */
export function findBySha256(index: string, sha256: string): SourceFile[] {
  const found: SourceFile[] = []
  for (let at = index.indexOf(sha256); at !== -1; at = index.indexOf(sha256, at + sha256.length))
    found.push(...filesOf(stanzaAround(index, at)).filter((file) => file.sha256 === sha256))
  return found
}

/** A file that may be the wanted one; a smaller rank fits better. */
export interface RankedFile {
  readonly file: SourceFile
  readonly rank: number
}

/**
 * Upstream archives (`.orig.tar.*`) that may be the file with `wanted`'s name: of that version and of a source package
 * whose name fits. In the order of the index.
 */
export function findByName(index: string, wanted: UpstreamFileName, packageName: string): RankedFile[] {
  // A stem such as the R of R_2_5_0 says nothing.
  const names = [...new Set([packageName.toLowerCase(), wanted.stem])].filter((name) => name.length > 1)
  const found = new Map<string, RankedFile>()
  for (const at of linesWithVersion(index, wanted.version)) {
    const stanza = stanzaAround(index, at)
    const nameRank = rankOfNames(stanza, names)
    if (nameRank === undefined) continue
    for (const file of filesOf(stanza)) {
      const fileRank = rankOfFile(file.fileName, wanted)
      if (fileRank !== undefined)
        found.set(`${file.packageName} ${file.packageVersion} ${file.fileName}`, {
          file,
          rank: nameRank * 10 + fileRank,
        })
    }
  }
  return [...found.values()]
}

/** Offsets of file names such as `xz-utils_5.4.1.orig.tar.xz`, `zlib_1.3.dfsg+really1.3.1.orig.tar.gz`. */
function linesWithVersion(index: string, version: string): number[] {
  const offsets: number[] = []
  for (const needle of [`_${version}`, `really${version}`])
    for (let at = index.indexOf(needle); at !== -1; at = index.indexOf(needle, at + needle.length)) {
      const line = index.slice(at + needle.length, index.indexOf('\n', at))
      if (/^(?:[.+][a-z]+\d*)?\.orig\.tar\.[a-z0-9]+$/.test(line)) offsets.push(at)
    }
  return offsets
}

/** How well a source package's name or one of its binaries fits; smaller is better, undefined for not at all. */
function rankOfNames(stanza: Stanza, names: readonly string[]): number | undefined {
  const packageName = stanza.get('package') ?? ''
  const binaries = wordsOf(stanza, 'binary')
  if (names.includes(packageName)) return 0
  if (names.some((name) => binaries.includes(name))) return 1
  const fits = (name: string): boolean =>
    [name, `lib${name}`].some(
      (start) => packageName.startsWith(start) && !/^[a-z]/.test(packageName.slice(start.length)),
    )
  return names.some(fits) ? 2 : undefined
}

/** Smaller is better; undefined for a file that is not the upstream archive of the version. */
function rankOfFile(fileName: string, wanted: UpstreamFileName): number | undefined {
  const [, version, suffix] = /_([^_]+)\.orig\.(tar\.[a-z0-9]+)$/.exec(fileName) ?? []
  if (version === undefined) return undefined
  return (version === wanted.version ? 0 : 2) + (suffix === wanted.suffix ? 0 : 1)
}

function stanzaAround(index: string, at: number): Stanza {
  const start = index.lastIndexOf('\n\n', at)
  const end = index.indexOf('\n\n', at)
  const text = index.slice(start === -1 ? 0 : start, end === -1 ? undefined : end)
  return parseStanzas(text)[0] ?? new Map()
}

/** Files of a source package, from lines such as `<sha256> 810029 bzip2_1.0.8.orig.tar.gz`. */
function filesOf(stanza: Stanza): SourceFile[] {
  const packageName = stanza.get('package') ?? ''
  const packageVersion = stanza.get('version') ?? ''
  if (!/^[a-z0-9][a-z0-9+.-]+$/.test(packageName) || !/^[A-Za-z0-9.+~:-]+$/.test(packageVersion)) return []
  return (stanza.get('checksums-sha256') ?? '').split('\n').flatMap((line) => {
    const [, sha256, fileName] = /^([0-9a-f]{64}) +\d+ +([^/\s]+)$/.exec(line) ?? []
    return sha256 === undefined || fileName === undefined ? [] : [{ packageName, packageVersion, fileName, sha256 }]
  })
}
