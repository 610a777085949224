import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { treePaths } from '../model/arbitraries.ts'
import { parsePackageName } from '../model/package-name.ts'
import { ancestorPaths, parentPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import { type IncomingEntry, type InstallFacts, planInstall } from './install-transaction.ts'
import type { OldEntry } from './obsolete.ts'
import type { FoundEntry, Operation } from './transaction.ts'

const name = parsePackageName('pigz')
const entry = textTreePath('/var/db/kiss/installed/pigz')
const thing = textTreePath('/x')

/** `/x/` is a directory, `/x` a file. */
function incoming(line: string, etc?: IncomingEntry['etc']): IncomingEntry {
  const path = textTreePath(line.replace(/\/$/, ''))
  return { path, staged: path, place: path, isDirectory: line.endsWith('/'), mode: 0o755, etc }
}

function old(line: string, isEdited = false): OldEntry {
  return { place: textTreePath(line.replace(/\/$/, '')), isDirectory: line.endsWith('/'), isEdited }
}

function plan(facts: Partial<InstallFacts>) {
  return planInstall({ package: name, entry, incoming: [], old: [], found: new Map(), below: new Map(), ...facts })
}

function shown(operations: readonly Operation[]): string[] {
  return operations.map(
    (one) => `${one.kind} ${one.kind === 'move' ? one.to : one.kind === 'copy-aside' ? one.copy : one.path}`,
  )
}

/** What becomes of `/x`, in a word. */
function outcome(facts: Partial<InstallFacts>): string {
  const { blocked, operations } = plan(facts)
  return blocked.map(({ reason }) => `blocked ${reason}`).join() || shown(operations).join() || 'stays'
}

const foundKinds: Readonly<Record<string, FoundEntry | undefined>> = {
  nothing: undefined,
  file: { kind: 'file' },
  fifo: { kind: 'fifo' },
  directory: { kind: 'directory' },
  'link to a directory': { kind: 'symlink', leadsTo: textTreePath('/y') },
  'link to nothing': { kind: 'symlink' },
}
const oldKinds: Readonly<Record<string, readonly OldEntry[]>> = {
  nothing: [],
  'a file': [old('/x')],
  'an edited file': [old('/x', true)],
  'a directory': [old('/x/')],
}
const make = 'make-directory /x'
const turn = 'remove-directory /x,place /x'

/** Rows: what is found; columns: what the installed version has, in the order of oldKinds. */
const whenDirectory: Readonly<Record<keyof typeof foundKinds, readonly string[]>> = {
  nothing: [make, make, make, make],
  file: ['blocked file', `remove /x,${make}`, 'blocked file', 'blocked file'],
  fifo: ['blocked file', `remove /x,${make}`, 'blocked file', 'blocked file'],
  directory: ['stays', 'stays', 'stays', 'stays'],
  'link to a directory': ['stays', 'stays', 'stays', 'stays'],
  'link to nothing': ['blocked file', `remove /x,${make}`, 'blocked file', 'blocked file'],
}
const placed = ['place /x', 'place /x', 'place /x', 'place /x']
const whenFile: Readonly<Record<keyof typeof foundKinds, readonly string[]>> = {
  nothing: placed,
  file: placed,
  fifo: placed,
  directory: ['blocked directory', turn, 'blocked directory', turn],
  'link to a directory': placed,
  'link to nothing': placed,
}

function kindCases(line: string, table: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(foundKinds).flatMap(([there, found]) =>
    Object.entries(oldKinds).map(([had, entries], column) => ({
      there,
      had,
      facts: { incoming: [incoming(line)], old: entries, found: new Map(found && [[thing, found]]) },
      expected: table[there]?.[column] ?? 'no such row',
    })),
  )
}

describe('planInstall() with a new directory', () => {
  test.each(kindCases('/x/', whenDirectory))('where $there is, and the package had $had', ({ facts, expected }) => {
    expect(outcome(facts)).toBe(expected)
  })
})

describe('planInstall() with a new file or link', () => {
  test.each(kindCases('/x', whenFile))('where $there is, and the package had $had', ({ facts, expected }) => {
    expect(outcome(facts)).toBe(expected)
  })
})

const directoryAt = (...paths: string[]) =>
  new Map(paths.map((path): [TreePath, FoundEntry] => [textTreePath(path), { kind: 'directory' }]))

describe('planInstall() where a directory becomes a link', () => {
  const below = (...lines: string[]) => new Map([[textTreePath('/lib'), lines.map((line) => old(line))]])
  const facts = {
    incoming: [incoming('/lib'), incoming('/usr/'), incoming('/usr/lib/'), incoming('/usr/lib/libc.so')],
    old: [old('/lib/'), old('/lib/libc.so'), old('/lib/gone'), old('/usr/'), old('/usr/gone')],
    found: directoryAt('/lib', '/usr'),
  }

  test('new files come first, then the directory goes, and nothing is removed through the new link', () => {
    const { operations, blocked } = plan({ ...facts, below: below('/lib/libc.so') })

    expect(blocked).toEqual([])
    expect(shown(operations)).toEqual([
      'make-directory /usr/lib',
      'place /usr/lib/libc.so',
      'remove /lib/libc.so',
      'remove-directory /lib',
      'place /lib',
      'remove /usr/gone',
    ])
  })

  test("a file that is not the package's blocks", () => {
    expect(plan({ ...facts, below: below('/lib/libc.so', '/lib/mine') }).blocked).toEqual([
      { path: textTreePath('/lib'), reason: 'directory' },
    ])
  })

  test('an edited file blocks', () => {
    const edited = [old('/lib/'), old('/lib/libc.so', true)]

    expect(plan({ ...facts, old: edited, below: below('/lib/libc.so') }).blocked).toHaveLength(1)
  })
})

describe('planInstall() with files below /etc', () => {
  const conf = textTreePath('/etc/conf')
  const edited = { old: 'o', system: 'u', incoming: 'n' }
  const isFile: [TreePath, FoundEntry] = [conf, { kind: 'file' }]

  test('puts the new version of an edited file beside it', () => {
    const { operations, besideEtc } = plan({ incoming: [incoming('/etc/conf', edited)], found: new Map([isFile]) })

    expect(operations).toEqual([
      { kind: 'place', staged: { tree: name, path: conf }, path: textTreePath('/etc/conf.new') },
    ])
    expect(besideEtc).toEqual([conf])
  })

  test('keeps what the package does not change, also a directory that the user put there', () => {
    const same = { old: 'o', system: 'u', incoming: 'o' }
    const facts = {
      incoming: [incoming('/etc/conf', same)],
      old: [old('/etc/conf', true)],
      found: directoryAt('/etc/conf'),
    }

    expect(plan(facts)).toMatchObject({ operations: [], blocked: [], keptEtc: [] })
  })

  test('is blocked where nothing can be put beside: by a directory, by a file of the package, by the length of the name', () => {
    const long = `/etc/${'n'.repeat(252)}`
    const blockedBy = (facts: Partial<InstallFacts>) => plan(facts).blocked.map(({ reason }) => reason)

    expect(blockedBy({ incoming: [incoming('/etc/conf', edited)], found: directoryAt('/etc/conf.new') })).toEqual([
      'beside',
    ])
    expect(blockedBy({ incoming: [incoming('/etc/conf', edited), incoming('/etc/conf.new')] })).toEqual(['beside'])
    expect(blockedBy({ incoming: [incoming(long, edited)] })).toEqual(['beside'])
  })
})

test('planInstall() does the database entry last, its manifest at the very end', () => {
  const lines = [`${entry}/`, `${entry}/manifest`, `${entry}/version`, '/zoo']

  const { operations } = plan({ incoming: lines.map((line) => incoming(line)), old: [old('/gone')] })

  expect(shown(operations)).toEqual([
    'place /zoo',
    'remove /gone',
    `make-directory ${entry}`,
    `place ${entry}/version`,
    `place ${entry}/manifest`,
  ])
})

test('planInstall() writes another manifest than the staged one where there are choices', () => {
  const { operations } = plan({ incoming: [incoming(`${entry}/manifest`)], manifest: '/usr/\n' })

  expect(operations).toEqual([{ kind: 'write', path: textTreePath(`${entry}/manifest`), bytes: '/usr/\n' }])
})

test('planInstall() keeps the directory that a link leads to in place of a new directory', () => {
  const found = new Map([[thing, { kind: 'symlink', leadsTo: textTreePath('/y') } as const]])

  expect(outcome({ incoming: [incoming('/x/')], old: [old('/x'), old('/y/')], found })).toBe('stays')
})

/** Paths with all directories above them, none of which is also a file. */
function trees(): fc.Arbitrary<IncomingEntry[]> {
  return fc.array(treePaths(), { maxLength: 15 }).map((paths) => {
    const directories = new Set(paths.flatMap(ancestorPaths))
    const all = new Map<TreePath, IncomingEntry>()
    for (const path of [...paths, ...directories])
      all.set(path, { path, staged: path, place: path, isDirectory: directories.has(path), mode: 0o755 })
    return [...all.values()]
  })
}

/** A new tree, an old one, and a root that has the old one. */
const upgrades = fc.tuple(trees(), trees()).map(([news, olds]) => {
  const old = olds.map(({ place, isDirectory }) => ({ place, isDirectory, isEdited: false }))
  const found = new Map(
    old.map(({ place, isDirectory }) => [place, { kind: isDirectory ? 'directory' : 'file' } as const]),
  )
  const below = new Map(old.map(({ place }) => [place, old.filter((one) => one.place.startsWith(`${place}/`))]))
  return { news, facts: { package: name, entry, incoming: news, old, found, below } }
})

test('planInstall() carried out turns the old tree into the new one, and never lacks a file that both have', () => {
  fc.assert(
    fc.property(upgrades, ({ news, facts }) => {
      const { operations, blocked, collisions } = planInstall(facts)
      const tree = new Map(facts.old.map(({ place, isDirectory }) => [place, isDirectory]))
      const both = news.filter((one) => !one.isDirectory && tree.get(one.place) === false).map(({ place }) => place)
      for (const operation of operations) {
        carryOut(operation, tree)
        for (const place of both) expect(tree.has(place)).toBe(true)
      }

      expect(blocked).toEqual([])
      expect(collisions).toEqual([])
      expect(tree).toEqual(new Map(news.map(({ place, isDirectory }) => [place, isDirectory])))
    }),
    { numRuns: 500 },
  )
})

/** As a file system would: what is above must be a directory, a directory is only removed when empty. */
function carryOut(operation: Operation, tree: Map<TreePath, boolean>): void {
  if (operation.kind === 'make-directory' || operation.kind === 'place') {
    const parent = parentPath(operation.path)
    expect(parent === '/' || tree.get(parent)).toBe(true)
    expect(tree.get(operation.path)).not.toBe(true)
    tree.set(operation.path, operation.kind === 'make-directory')
  } else if (operation.kind === 'remove') {
    expect(tree.get(operation.path)).not.toBe(true)
    tree.delete(operation.path)
  } else if (operation.kind === 'remove-directory') {
    const isEmpty = ![...tree.keys()].some((path) => path.startsWith(`${operation.path}/`))
    if (isEmpty) tree.delete(operation.path)
  } else throw new Error(`not expected: ${operation.kind}`)
}
