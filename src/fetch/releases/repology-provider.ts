import type { ReleaseProvider } from './release-provider.ts'

/** Repology, which compares what hundreds of distributions have. `address` is its own, or that of a copy. */
export function repologyProvider(address: string): ReleaseProvider {
  return {
    name: 'repology',
    async ask({ name }, pages) {
      const project = repologyProject(name)
      if (project === undefined) return { kind: 'unknown' }
      const url = `${address.replace(/\/+$/, '')}/badge/latest-versions/${encodeURIComponent(project)}.svg`
      const page = await pages.read(url)
      if (page.kind === 'unreachable') return { ...page, host: new URL(url).host }
      if (page.kind === 'not-cached') return page
      const versions = page.status === 200 ? parseBadge(page.body) : []
      return versions.length === 0 ? { kind: 'unknown' } : { kind: 'versions', versions, page: url, ageMs: page.ageMs }
    },
  }
}

/** The last text of the badge: `1.2, 1.3`, or `-` where it knows none. */
function parseBadge(svg: string): string[] {
  const texts = [...svg.matchAll(/<text\b[^<>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text)
  const versions = (texts.at(-1) ?? '').split(',').map((version) => version.trim())
  return versions.filter((version) => /\d/.test(version))
}

/**
 * What Repology calls a package: names are in small letters with `-`; modules of languages, fonts and drivers have a prefix.
 * Undefined for what is made by the distribution itself.
 */
function repologyProject(name: string): string | undefined {
  const plain = name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/-(bin|git)$/, '')
  if (Object.hasOwn(otherNames, plain)) return otherNames[plain]
  const prefixed = prefixes.find(([pattern]) => pattern.test(plain))
  return prefixed === undefined ? plain : plain.replace(prefixed[0], prefixed[1])
}

const prefixes: readonly (readonly [RegExp, string])[] = [
  [/^python-/, 'python:'],
  [/^perl-/, 'perl:'],
  [/^xf86-(input|video)-/, 'xdrv:'],
  [/^qt[56]-.*/, 'qt'],
  [/^(.+)-(font|fonts|ttf)$/, 'fonts:$1'],
]

/** Where no rule leads from the one name to the other. */
const otherNames: Readonly<Record<string, string | undefined>> = {
  base: undefined,
  baseinit: undefined,
  baselayout: undefined,
  kiss: undefined,
  kith: undefined,
  clang: 'llvm',
  dash: 'dash-shell',
  fd: 'fd-find',
  'gtk+3': 'gtk',
  gnugrep: 'grep',
  'linux-headers': 'linux',
  'man-pages': 'manpages',
  samurai: 'samurai-build-tool',
  st: 'st-term',
  surf: 'surf-browser',
}
