import type { Problem } from './problem.ts'

/** Compared for equality only: KISS has no order of versions. */
export interface Version {
  readonly version: string
  readonly release: string
}

export interface VersionReading {
  readonly version: Version | undefined
  readonly problems: readonly Problem[]
}

/**
 * Reads a `version` file: first line `VERSION RELEASE`, blanks around and between ignored, later lines ignored, the final
 * newline not needed. Example: `1.3.1 1`.
 */
export function parseVersion(text: string, file: string): VersionReading {
  const fail = (sentence: string, hint: string): VersionReading => ({
    version: undefined,
    problems: [{ severity: 'error', file, line: 1, sentence, hint }],
  })
  const example = 'Write version and release in one line, for example: 1.0 1'
  const line = text.split('\n', 1)[0] ?? ''
  const [version, ...rest] = line.split(/[ \t\r]+/).filter((word) => word !== '')
  if (version === undefined) return fail('the first line is empty, expected VERSION RELEASE', example)
  const release = rest.join('-')
  if (release === '') return fail(`release field not found after version "${version}"`, example)
  const hostile = /[/\x00-\x1f\x7f]/.test(version + release)
  if (hostile) return fail('version and release cannot hold "/" or control characters', example)
  const problems: Problem[] = []
  if (rest.length > 1)
    problems.push({
      severity: 'warning',
      file,
      line: 1,
      sentence: `more than two words; the release becomes "${release}"`,
      hint: example,
    })
  if (version.includes('@') || (rest.length === 1 && release.includes('-')))
    problems.push({
      severity: 'warning',
      file,
      line: 1,
      sentence: `"@" in a version and "-" in a release make the tarball's name ambiguous`,
      hint: example,
    })
  if (line.includes('\r'))
    problems.push({ severity: 'warning', file, line: 1, sentence: 'the line ends in CR LF', hint: 'Save it with LF' })
  return { version: { version, release }, problems }
}

/** `VERSION RELEASE` and a newline: what a `version` file holds. */
export function printVersion({ version, release }: Version): string {
  return `${version} ${release}\n`
}

/** `VERSION-RELEASE`: how `list`, tarballs and people write it. */
export function versionLabel({ version, release }: Version): string {
  return `${version}-${release}`
}

export function isSameVersion(one: Version, other: Version): boolean {
  return one.version === other.version && one.release === other.release
}
