import { type PackageName, packageNameFault, parsePackageName } from './package-name.ts'
import type { Problem } from './problem.ts'

/** One line of a `depends` file. */
export interface Dependency {
  readonly name: PackageName
  /** `run`: needed to build and to run. `make`: only to build. */
  readonly kind: 'run' | 'make'
}

export interface DependsReading {
  readonly dependencies: readonly Dependency[]
  readonly problems: readonly Problem[]
}

/**
 * Reads a `depends` file: `name [type]` per line, any blanks between; empty lines and lines whose first word begins with
 * `#` do not count; any second word makes it a `make` dependency. A name given twice counts once, as `run` if either is.
 */
export function parseDepends(text: string, file: string): DependsReading {
  const byName = new Map<PackageName, Dependency>()
  const problems: Problem[] = []
  if (text.includes('\r\n'))
    problems.push({ severity: 'warning', file, sentence: 'lines end in CR LF', hint: 'Save it with LF' })
  text.split('\n').forEach((content, index) => {
    const line = index + 1
    const [name, type] = content.split(/[ \t\r\v\f]+/).filter((word) => word !== '')
    if (name === undefined || name.startsWith('#')) return
    const reason = packageNameFault(name)
    if (reason !== undefined) {
      problems.push({ severity: 'error', file, line, sentence: `"${name}" is no package name: ${reason}` })
      return
    }
    const dependency: Dependency = { name: parsePackageName(name), kind: type === undefined ? 'run' : 'make' }
    if (type !== undefined && type !== 'make')
      problems.push({
        severity: 'warning',
        file,
        line,
        sentence: `type "${type}" of "${name}" counts as "make"`,
        hint: `Write "${name} make", or only "${name}" when it is needed to run`,
      })
    const earlier = byName.get(dependency.name)
    if (earlier !== undefined)
      problems.push({ severity: 'warning', file, line, sentence: `"${name}" is listed twice`, hint: 'Remove one' })
    if (earlier === undefined || earlier.kind === 'make') byName.set(dependency.name, dependency)
  })
  return { dependencies: [...byName.values()], problems }
}

/** One line per dependency, in the order given. */
export function printDepends(dependencies: readonly Dependency[]): string {
  return dependencies.map((dependency) => `${printDependency(dependency)}\n`).join('')
}

/** `zlib`, or `cmake make`. */
export function printDependency({ name, kind }: Dependency): string {
  return `${name}${kind === 'make' ? ' make' : ''}`
}
