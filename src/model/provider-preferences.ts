import { type PackageName, packageNameFault, parsePackageName } from './package-name.ts'
import type { Problem } from './problem.ts'

export interface PreferencesReading {
  /** By the name that is needed: the package that shall provide it. */
  readonly preferences: ReadonlyMap<PackageName, PackageName>
  readonly problems: readonly Problem[]
}

/**
 * Reads the file in which a user says which package shall stand in for a name: `name package` per line, any blanks between; empty lines
 * and lines whose first word begins with `#` do not count.
 *
 *     libjpeg libjpeg-turbo
 */
export function parsePreferences(text: string, file: string): PreferencesReading {
  const preferences = new Map<PackageName, PackageName>()
  const problems: Problem[] = []
  text.split('\n').forEach((content, index) => {
    const words = content.split(/[ \t\r\v\f]+/).filter((word) => word !== '')
    if (words.length === 0 || words[0]?.startsWith('#')) return
    const fail = (sentence: string): void =>
      void problems.push({ severity: 'error', file, line: index + 1, sentence, hint: 'Write: NAME PACKAGE' })
    const [name, provider] = words
    if (name === undefined || provider === undefined || words.length > 2) {
      fail('a line is a name and the package that shall provide it')
      return
    }
    const reason = packageNameFault(name) ?? packageNameFault(provider)
    if (reason !== undefined) fail(`"${content.trim()}" holds no package name: ${reason}`)
    else if (preferences.has(parsePackageName(name))) fail(`"${name}" stands here twice`)
    else preferences.set(parsePackageName(name), parsePackageName(provider))
  })
  return { preferences, problems }
}
