import { parseStanzas, wordsOf } from './deb822.ts'

/** One entry of the host's apt configuration: an archive, or one of its parts. */
export interface AptEntry {
  readonly uri: string
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** Path of the keyring; undefined where apt's default keyrings count. */
  readonly signedBy: string | undefined
}

/** What decides which entries are the distribution's own. */
export interface HostDistribution {
  /** `ID` of os-release: `debian`. */
  readonly id: string
  /** `VERSION_CODENAME` of os-release: `bookworm`; empty on rolling hosts. */
  readonly codename: string
}

/** Reads `ID=` and `VERSION_CODENAME=` of an os-release file (os-release(5)). */
export function parseOsRelease(text: string): HostDistribution {
  const value = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(text)?.[1]?.trim().toLowerCase() ?? ''
  return { id: value('ID'), codename: value('VERSION_CODENAME') }
}

/** Lines such as `deb [signed-by=/k.gpg] uri suite main`, as sources.list(5) has them. */
export function parseSourcesList(text: string): AptEntry[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line)
    if (match === null) return []
    const [, options = '', uri = '', suite = '', rest = ''] = match
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]
    return [{ uri, suites: [suite], components: rest.split(/\s+/).filter((word) => word !== ''), signedBy }]
  })
}

/** Stanzas of a `.sources` file. Disabled ones and those that carry their key inside are left out. */
export function parseSourcesStanzas(text: string): AptEntry[] {
  return parseStanzas(text).flatMap((stanza) => {
    const signedBy = stanza.get('signed-by')
    if (/^(no|false|off|0)$/i.test(stanza.get('enabled') ?? '') || signedBy?.includes('\n')) return []
    return wordsOf(stanza, 'uris').map((uri) => ({
      uri,
      suites: wordsOf(stanza, 'suites'),
      components: wordsOf(stanza, 'components'),
      signedBy,
    }))
  })
}

/**
 * The entries of the distribution's own archive: signed by its keyring or, where no keyring is named, of its suites.
 * An entry with a plain suite (no `bookworm-security`, no `stable/updates`) is asked for `extraSuites` too.
 */
export function planSourceEntries(
  entries: readonly AptEntry[],
  host: HostDistribution,
  extraSuites: readonly string[],
): AptEntry[] {
  const merged = new Map<string, AptEntry>()
  for (const entry of entries) {
    const suites = entry.suites.filter((suite) => isOwnSuite(suite, entry, host))
    if (suites.length === 0 || entry.components.length === 0) continue
    const wanted = suites.some((suite) => !/[-/]/.test(suite)) ? [...suites, ...extraSuites] : suites
    const key = `${entry.uri} ${entry.signedBy ?? ''}`
    const before = merged.get(key)
    merged.set(key, {
      ...entry,
      suites: [...new Set([...(before?.suites ?? []), ...wanted])],
      components: [...new Set([...(before?.components ?? []), ...entry.components])],
    })
  }
  return [...merged.values()]
}

function isOwnSuite(suite: string, entry: AptEntry, host: HostDistribution): boolean {
  if (host.id === '' || suite.endsWith('/')) return false
  const keyring = entry.signedBy?.split('/').at(-1)
  if (keyring !== undefined) return keyring.startsWith(`${host.id}-archive-`)
  const [plain = ''] = suite.split(/[-/]/)
  return plain === host.codename || ['oldstable', 'stable', 'testing', 'unstable', 'sid'].includes(plain)
}

/** A `.sources` file that asks for source packages of `entries` and for nothing else. */
export function printSourceEntries(entries: readonly AptEntry[]): string {
  return entries
    .map(({ uri, suites, components, signedBy }) =>
      [
        'Types: deb-src',
        `URIs: ${uri}`,
        `Suites: ${suites.join(' ')}`,
        `Components: ${components.join(' ')}`,
        ...(signedBy === undefined ? [] : [`Signed-By: ${signedBy}`]),
        '',
      ].join('\n'),
    )
    .join('\n')
}
