import { type PackageName, packageNameFault, parsePackageName } from './package-name.ts'
import type { Problem } from './problem.ts'

/** One line of a `provides` file: a name that the package answers to besides its own. */
export interface Provided {
  readonly name: PackageName
  readonly version: string | undefined
  /** No other package that has or provides the name may be installed at the same time. */
  readonly isExclusive: boolean
}

export interface ProvidesReading {
  readonly provides: readonly Provided[]
  readonly problems: readonly Problem[]
}

/**
 * Reads a `provides` file: `name [version]` per line, `!name` for one that only one installed package may have; any blanks between;
 * empty lines and lines whose first word begins with `#` do not count. Of a name given twice the first line counts.
 *
 *     !libjpeg 8.3.2
 *     jpegtran
 */
export function parseProvides(text: string, file: string): ProvidesReading {
  const byName = new Map<PackageName, Provided>()
  const problems: Problem[] = []
  if (text.includes('\r\n'))
    problems.push({ severity: 'warning', file, sentence: 'lines end in CR LF', hint: 'Save it with LF' })
  text.split('\n').forEach((content, index) => {
    const line = index + 1
    const [first, version, ...rest] = content.split(/[ \t\r\v\f]+/).filter((word) => word !== '')
    if (first === undefined || first.startsWith('#')) return
    const name = first.replace(/^!/, '')
    const reason = packageNameFault(name)
    if (reason !== undefined) {
      problems.push({ severity: 'error', file, line, sentence: `"${first}" provides no name: ${reason}` })
      return
    }
    const warn = (sentence: string, hint: string): void =>
      void problems.push({ severity: 'warning', file, line, sentence, hint })
    if (rest.length > 0)
      warn(`"${rest.join(' ')}" behind the version does not count`, 'Write a name and a version, nothing else')
    const provided = { name: parsePackageName(name), version, isExclusive: first.startsWith('!') }
    if (byName.has(provided.name)) warn(`"${name}" is provided twice`, 'Remove one line')
    else byName.set(provided.name, provided)
  })
  return { provides: [...byName.values()], problems }
}

/** `libjpeg 8.3.2`, or `!libjpeg` where it is exclusive. */
export function printProvided({ name, version, isExclusive }: Provided): string {
  return `${isExclusive ? '!' : ''}${name}${version === undefined ? '' : ` ${version}`}`
}
