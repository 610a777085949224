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
  if (isPlain.test(text)) {
    const plain = parsePlain(text)
    if (plain !== undefined) return plain
  }
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

/** Lines as nearly all are: `name` or `name make`, a blank between, nothing else. */
const isPlain = /^(?:[A-Za-z0-9_][A-Za-z0-9_+.-]{0,99}(?: make)?\n)*$/

/** The same for such lines, in a fraction of the time; undefined where a name is there twice. */
function parsePlain(text: string): DependsReading | undefined {
  const dependencies: Dependency[] = []
  const names = new Set<string>()
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    const isMake = text.startsWith(' make', end - 5) && end - 5 > start
    const name = text.slice(start, isMake ? end - 5 : end)
    names.add(name)
    dependencies.push({ name: name as PackageName, kind: isMake ? 'make' : 'run' })
    start = end + 1
  }
  return names.size === dependencies.length ? { dependencies, problems: [] } : undefined
}

/** One line per dependency, in the order given. */
export function printDepends(dependencies: readonly Dependency[]): string {
  return dependencies.map((dependency) => `${printDependency(dependency)}\n`).join('')
}

/** `zlib`, or `cmake make`. */
export function printDependency({ name, kind }: Dependency): string {
  return `${name}${kind === 'make' ? ' make' : ''}`
}
