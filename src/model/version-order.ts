/**
 * An order of upstream versions, for people who ask whether there is a newer one; KISS itself only knows equal and other. Numbers
 * and words are compared one after the other: `1.0rc1 < 1.0 < 1.0a < 1.0p1 < 1.0.1 < 1.10`.
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [splitVersion(one), splitVersion(other)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareParts(left[index], right[index])
    if (order !== 0) return order
  }
  return 0
}

/** Whether `version` is what comes before a release: `1.0-rc1`, `2.0beta`, `1.3.dev4`. */
export function isPreRelease(version: string): boolean {
  return splitVersion(version).some((part) => rankOf(part) < 0)
}

/** The greatest of `versions`; undefined where there is none. */
export function newestVersion(versions: Iterable<string>): string | undefined {
  let newest: string | undefined
  for (const version of versions) if (newest === undefined || compareVersions(version, newest) > 0) newest = version
  return newest
}

function splitVersion(version: string): string[] {
  return version.toLowerCase().match(/\d+|[a-z]+/g) ?? []
}

function compareParts(one: string | undefined, other: string | undefined): number {
  const [left, right] = [rankOf(one), rankOf(other)]
  if (left !== right || one === undefined || other === undefined) return left - right
  const [first, second] = left === numberRank ? [one.replace(/^0+/, ''), other.replace(/^0+/, '')] : [one, other]
  const longer = left === numberRank ? first.length - second.length : 0
  return longer !== 0 ? longer : first < second ? -1 : first > second ? 1 : 0
}

const numberRank = 2

/** What comes before a release, then its end, then words, then numbers. */
function rankOf(part: string | undefined): number {
  if (part === undefined) return 0
  if (/^\d/.test(part)) return numberRank
  return /^(alpha|beta|dev|pre|preview|rc|snapshot)$/.test(part) ? -1 : 1
}
