export interface GitSource {
  /** Without prefix and without branch or commit. */
  readonly url: string
  /** Name of the checkout in the cache: the part after the last slash of URL with reference, cut at its last `@` or `#`. */
  readonly directoryName: string
  readonly reference:
    | { readonly kind: 'default' }
    | { readonly kind: 'branch-or-tag'; readonly name: string }
    | { readonly kind: 'commit'; readonly id: string }
}

export type GitSourceReading =
  | { readonly kind: 'git'; readonly git: GitSource }
  | { readonly kind: 'fault'; readonly reason: string }

/**
 * Reads `git+URL`, `git+URL@branch-or-tag` or `git+URL#commit`. The reference follows the last `@` or `#`, as in KISS,
 * except that an `@` between user and host is none: in `git+ssh://git@host/repo` and `git+git@host:repo` KISS sees a branch
 * and can never fetch them. What follows `#` is a commit if it is 7 or more hexadecimal digits; 40 or 64 digits are one
 * wherever they stand; everything else is a branch or tag. `git://host/repo` is a URL as it stands, where `git:` is a prefix.
 */
export function parseGitSource(text: string, prefixes: readonly string[] = ['git+']): GitSourceReading {
  const prefix = text.startsWith('git://') ? '' : (prefixes.find((candidate) => text.startsWith(candidate)) ?? '')
  const address = text.slice(prefix.length).replace(/\/+$/, '')
  const separator = Math.max(address.lastIndexOf('#'), lastAtSign(address))
  const url = separator < 0 ? address : address.slice(0, separator)
  const referenceText = separator < 0 ? '' : address.slice(separator + 1)
  const lastSlash = address.lastIndexOf('/')
  const directoryName = address.slice(lastSlash + 1, separator > lastSlash ? separator : undefined)
  if (/^([^/]*:\/*)?$/.test(url)) return { kind: 'fault', reason: 'no URL is given' }
  if (url.startsWith('-')) return { kind: 'fault', reason: 'the URL begins with "-"' }
  if (referenceText.startsWith('-')) return { kind: 'fault', reason: 'the branch, tag or commit begins with "-"' }
  if (directoryName === '' || directoryName === '.' || directoryName === '..')
    return { kind: 'fault', reason: 'the URL names no repository' }
  const reference = parseReference(referenceText, address[separator] === '#')
  return { kind: 'git', git: { url, directoryName, reference } }
}

/** Position of the last `@` behind the host, or -1. */
function lastAtSign(address: string): number {
  const scheme = address.indexOf('://')
  const hostStart = scheme < 0 ? 0 : scheme + 3
  const hostLength = address.slice(hostStart).search(scheme < 0 ? /[/:]/ : /\//)
  const position = address.lastIndexOf('@')
  if (hostLength < 0) return scheme < 0 ? position : -1
  return position > hostStart + hostLength ? position : -1
}

function parseReference(text: string, isAfterHash: boolean): GitSource['reference'] {
  if (text === '') return { kind: 'default' }
  const isCommit = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) || (isAfterHash && /^[0-9a-f]{7,}$/.test(text))
  return isCommit ? { kind: 'commit', id: text } : { kind: 'branch-or-tag', name: text }
}
