import { isPreRelease } from '../../model/version-order.ts'
import type { PageSource } from './page-cache.ts'
import { findLinks, findReleasePages, type ReleasePage } from './release-pages.ts'
import type { ReleaseAnswer, ReleaseProvider, ReleaseSubject } from './release-provider.ts'

/** Upstream itself: the page where the first source that holds the version comes from lists others. */
export const upstreamProvider: ReleaseProvider = {
  name: 'upstream',
  async ask({ version, sources }, pages) {
    for (const source of sources) {
      const found = findReleasePages(source, version)
      if (found.length > 0) return await readPages(found, version, pages)
    }
    return { kind: 'unknown' }
  },
}

/** All pages together: a file's directory may have the next patch, the one above it the next series. */
async function readPages(
  found: readonly ReleasePage[],
  version: ReleaseSubject['version'],
  pages: PageSource,
): Promise<ReleaseAnswer> {
  const versions = new Set<string>()
  let failure: ReleaseAnswer = { kind: 'unknown' }
  let told: { page: string; ageMs: number } | undefined
  for (const { url, versionIn } of found) {
    const page = await pages.read(url)
    if (page.kind === 'unreachable') failure = { ...page, host: new URL(url).host }
    else if (page.kind === 'not-cached') failure = page
    else if (page.status === 200) {
      const listed = findLinks(page.body).flatMap((link) => versionIn(link) ?? [])
      for (const one of listed) if (isComparable(one, version)) versions.add(one)
      if (listed.length > 0) told ??= { page: url, ageMs: page.ageMs }
    }
  }
  return versions.size === 0 || told === undefined ? failure : { kind: 'versions', versions: [...versions], ...told }
}

/** No pre-release for who has a release, and no date for who counts. */
function isComparable(candidate: string, version: string): boolean {
  const isDate = (one: string): boolean => /^\d{6,}/.test(one)
  return isDate(candidate) === isDate(version) && (!isPreRelease(candidate) || isPreRelease(version))
}
