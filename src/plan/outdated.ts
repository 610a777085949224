import { compareVersions, newestVersion } from '../model/version-order.ts'

/** What one provider said of a package. */
export interface KnownReleases {
  readonly provider: string
  readonly page: string
  readonly versions: readonly string[]
  readonly ageMs: number
}

export interface NewerRelease {
  readonly version: string
  readonly provider: string
  readonly page: string
  readonly ageMs: number
}

/** The newest release that any provider knows and that is newer than `version`; undefined where none is. */
export function findNewer(version: string, known: readonly KnownReleases[]): NewerRelease | undefined {
  let newest: NewerRelease | undefined
  for (const { provider, page, versions, ageMs } of known) {
    const candidate = newestVersion(versions)
    if (candidate === undefined || compareVersions(candidate, newest?.version ?? version) <= 0) continue
    newest = { version: candidate, provider, page, ageMs }
  }
  return newest
}
