/** A page of an upstream that lists its releases, and how a link there names one. */
export interface ReleasePage {
  readonly url: string
  /** The version that a link leads to, or undefined. `link` is a path or URL without query, decoded. */
  readonly versionIn: (link: string) => string | undefined
}

/**
 * Where releases of what `source` (a URL) is `version` of are listed: tags of a forge, the directory of the file, and where that
 * directory is named after the version the one above. Empty where the URL does not hold the version.
 */
export function findReleasePages(source: string, version: string): ReleasePage[] {
  if (!URL.canParse(source)) return []
  const url = new URL(source)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return []
  const segments = decode(url.pathname).split('/').slice(1)
  const form = writtenForms(version).find(({ text }) => segments.some((segment) => segment.includes(text)))
  if (form === undefined) return []
  const forge = forgePage(url, segments, form)
  return forge === undefined ? listingPages(url, segments, { form, version }) : [forge]
}

interface WrittenForm {
  /** How the version stands in the URL. */
  readonly text: string
  /** What stands there for a dot. */
  readonly separator: string
}

/** `1.2.3`, `1_2_3`, `1-2-3`. */
function writtenForms(version: string): WrittenForm[] {
  return ['.', '_', '-'].map((separator) => ({ text: version.replaceAll('.', separator), separator }))
}

/** `/owner/name/archive/v1.2.tar.gz`, `/owner/name/releases/download/v1.2/…`, `/group/name/-/archive/1.2/…`, `/~owner/name/archive/…` */
function forgePage(url: URL, segments: readonly string[], form: WrittenForm): ReleasePage | undefined {
  const dash = segments.indexOf('-')
  const isGitlab = dash >= 2 && ['archive', 'releases'].includes(segments[dash + 1] ?? '')
  const kind = segments[2] ?? ''
  const isOther = !isGitlab && (kind === 'archive' || (kind === 'releases' && segments[3] === 'download'))
  if (!isGitlab && !isOther) return undefined
  const project = segments.slice(0, isGitlab ? dash : 2)
  const page = isGitlab ? '-/tags' : project[0]?.startsWith('~') ? 'refs' : 'tags'
  // The tag is the first segment behind the project's that holds the version.
  const tag = segments.slice(project.length).find((segment) => segment.includes(form.text))
  if (tag === undefined) return undefined
  const path = [...project, ...page.split('/')].map(encodeURIComponent).join('/')
  return { url: `${url.origin}/${path}`, versionIn: matchSegment(tag, form) }
}

function listingPages(
  url: URL,
  segments: readonly string[],
  { form, version }: { readonly form: WrittenForm; readonly version: string },
): ReleasePage[] {
  const pages: ReleasePage[] = []
  const add = (above: readonly string[], segment: string, written: WrittenForm): void => {
    const path = above.map((one) => `${encodeURIComponent(one)}/`).join('')
    pages.push({ url: `${url.origin}/${path}`, versionIn: matchSegment(segment, written) })
  }
  const file = segments.at(-1) ?? ''
  const directories = segments.slice(0, -1)
  if (file.includes(form.text)) add(directories, file, form)
  // A directory may be called after the version, or after its beginning: /glib/2.78/glib-2.78.3.tar.xz
  for (const series of [version, version.split('.').slice(0, 2).join('.'), version.split('.')[0] ?? '']) {
    const index = directories.findLastIndex(
      (one) => one === series || one === `v${series}` || one.endsWith(`-${series}`),
    )
    if (index < 0) continue
    add(directories.slice(0, index), directories[index] ?? '', { text: series, separator: '.' })
    break
  }
  return pages
}

const archiveEnding = /(\.orig)?(\.tar(\.[a-z0-9]+)?|\.t[a-z]z|\.zip|\.crate)$/

/** Signatures, packages for other systems and the like stand beside archives. */
const notVersions =
  /\.(tar|t?[gbx]z2?|lz|zst|zip|sig|sign|asc|sha\d+\w*|md5\w*|txt|html?|diff|patch|rpm|deb|exe|msi|dmg|pkg|apk|whl|jar)\b/i

/** The version in a link whose last segment is written as `segment` is, with another version and any archive's ending. */
function matchSegment(segment: string, { text, separator }: WrittenForm): (link: string) => string | undefined {
  const at = segment.indexOf(text)
  const before = segment.slice(0, at)
  const after = segment.slice(at + text.length).replace(archiveEnding, '')
  const part = separator === '.' ? '[0-9A-Za-z.]' : `[0-9A-Za-z${escapePattern(separator)}]`
  const pattern = new RegExp(
    `^${escapePattern(before)}([0-9]${part}*?)${escapePattern(after)}(${archiveEnding.source.slice(0, -1)})?$`,
  )
  return (link) => {
    const last = link.replace(/\/+$/, '').split('/').at(-1) ?? ''
    const found = pattern.exec(last)?.[1]
    if (found === undefined || notVersions.test(found)) return undefined
    return separator === '.' ? found : found.replaceAll(separator, '.')
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Where the links of a page of HTML lead to, as they stand there, decoded, without query and fragment. */
export function findLinks(html: string): string[] {
  const found = html.matchAll(/\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi)
  return [...found].map(([, double, single, bare]) =>
    decode((double ?? single ?? bare ?? '').replace(/&amp;/g, '&').replace(/[?#].*$/s, '')),
  )
}
