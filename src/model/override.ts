import { type Dependency, printDependency } from './depends.ts'
import { packageNameFault, parsePackageName } from './package-name.ts'
import type { Problem } from './problem.ts'

/** What a user changes of a recipe without a copy of it: a directory with the files `environment`, `depends` and `patches/*.patch`. */
export interface Override {
  /** Absolute. */
  readonly directory: string
  readonly environment: readonly OverrideVariable[]
  readonly dependencies: readonly DependencyChange[]
  /** Absolute paths, in the order in which they are applied to the unpacked sources. */
  readonly patches: readonly string[]
}

/** `NAME=value` or, added to what is there already, `NAME+=value`. */
export interface OverrideVariable {
  readonly name: string
  readonly value: string
  readonly isAdded: boolean
}

/** `-name`, `+name`, `+name make`: what is added takes the place of a line of that name. */
export type DependencyChange =
  | { readonly kind: 'remove'; readonly name: Dependency['name'] }
  | { readonly kind: 'add'; readonly dependency: Dependency }

interface Reading<Item> {
  readonly items: readonly Item[]
  readonly problems: readonly Problem[]
}

/** Reads `environment`: the value is the rest of the line as it is. Empty lines and lines that begin with `#` do not count. */
export function parseOverrideEnvironment(text: string, file: string): Reading<OverrideVariable> {
  return parseLines(text, file, (line) => {
    const [, name, added, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)(\+?)=(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return `"${line}" is not NAME=value or NAME+=value`
    if (fixedVariables.has(name)) return `${name} is set by kith itself`
    return { name, value, isAdded: added === '+' }
  })
}

/** What a build is promised of where and when it is. */
const fixedVariables = new Set(['GOPATH', 'KISS_ROOT', 'PWD', 'SOURCE_DATE_EPOCH', 'TMPDIR'])

/** Reads `depends`. */
export function parseOverrideDepends(text: string, file: string): Reading<DependencyChange> {
  return parseLines(text, file, (line): DependencyChange | string => {
    const [, sign, name = '', type, more] = /^\s*([+-])(\S+)(?:\s+(\S+))?\s*(.*)$/.exec(line) ?? []
    if (sign === undefined || more) return `"${line}" is not -NAME, +NAME or +NAME make`
    const fault = packageNameFault(name)
    if (fault !== undefined) return `"${name}" is no package name: ${fault}`
    if (type !== undefined && (type !== 'make' || sign === '-')) return `"${type}" is out of place`
    const parsed = parsePackageName(name)
    if (sign === '-') return { kind: 'remove', name: parsed }
    return { kind: 'add', dependency: { name: parsed, kind: type === undefined ? 'run' : 'make' } }
  })
}

function parseLines<Item>(text: string, file: string, parse: (line: string) => Item | string): Reading<Item> {
  const items: Item[] = []
  const problems: Problem[] = []
  text.split('\n').forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return
    const item = parse(line)
    if (typeof item === 'string') problems.push({ severity: 'error', file, line: index + 1, sentence: item })
    else items.push(item)
  })
  return { items, problems }
}

/** The dependencies of a recipe as the user wants them: what stays in its order, then what is added. */
export function overrideDependencies(
  dependencies: readonly Dependency[],
  changes: readonly DependencyChange[],
): readonly Dependency[] {
  if (changes.length === 0) return dependencies
  const { touched, added } = sumUp(changes)
  return [...dependencies.filter(({ name }) => !touched.has(name)), ...added]
}

/** The same for the text of a depends file, whose other lines stay as they are. */
export function overrideDependsText(text: string, changes: readonly DependencyChange[]): string {
  const { touched, added } = sumUp(changes)
  const kept = text.split('\n').filter((line) => line !== '' && !touched.has(line.trim().split(/\s+/)[0] ?? ''))
  return [...kept, ...added.map(printDependency)].map((line) => `${line}\n`).join('')
}

function sumUp(changes: readonly DependencyChange[]) {
  const added = new Map<string, Dependency>()
  for (const change of changes)
    if (change.kind === 'add') added.set(change.dependency.name, change.dependency)
    else added.delete(change.name)
  const touched = new Set<string>(changes.map((one) => (one.kind === 'add' ? one.dependency.name : one.name)))
  return { touched, added: [...added.values()] }
}

/** The variables of a build with those of the override in place or added. */
export function overrideEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  variables: readonly OverrideVariable[],
): Record<string, string | undefined> {
  const result = { ...environment }
  for (const { name, value, isAdded } of variables) {
    const before = isAdded ? result[name] : undefined
    result[name] = before ? `${before} ${value}` : value
  }
  return result
}

/** In one line, for people: `CFLAGS, -libX11 +musl make, 2 patches`. */
export function describeOverride({ environment, dependencies, patches }: Override): string {
  const names = [...new Set(environment.map(({ name }) => name))]
  const changes = dependencies.map((one) =>
    one.kind === 'add' ? `+${printDependency(one.dependency)}` : `-${one.name}`,
  )
  const patched = patches.length === 0 ? [] : [`${patches.length} ${patches.length === 1 ? 'patch' : 'patches'}`]
  return [
    ...(names.length > 0 ? [names.join(' ')] : []),
    ...(changes.length > 0 ? [changes.join(' ')] : []),
    ...patched,
  ].join(', ')
}
