/** What the name of an upstream archive tells. */
export interface UpstreamFileName {
  /** `xz` of `xz-5.4.1.tar.xz`; empty for `v1.9.4.tar.gz`. */
  readonly stem: string
  /** `5.4.1`, with `_` between numbers written as `.`. */
  readonly version: string
  /** `tar.xz`; `tgz` and the like spelled out. */
  readonly suffix: string
}

/** Splits the name of an upstream archive; undefined where it is no tar archive or has no version. */
export function parseUpstreamFileName(fileName: string): UpstreamFileName | undefined {
  const archive = /^(.+)\.(tar(?:\.[a-z0-9]{2,4})?|tgz|tbz2?|txz)(?:[?#].*)?$/.exec(fileName)
  if (archive === null) return undefined
  const [, body = '', suffix = ''] = archive
  const parts = /^(?:(.*?)[-_])?[vVrR]?(\d.*)$/.exec(body) ?? /^(.*?)(\d.*)$/.exec(body)
  if (parts === null) return undefined
  const [, stem = '', version = ''] = parts
  return {
    stem: stem.toLowerCase(),
    version: version.replace(/(?<=\d)_(?=\d)/g, '.'),
    suffix: longSuffixes[suffix] ?? suffix,
  }
}

const longSuffixes: Readonly<Record<string, string>> = {
  tgz: 'tar.gz',
  tbz: 'tar.bz2',
  tbz2: 'tar.bz2',
  txz: 'tar.xz',
}
