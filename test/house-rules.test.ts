import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** Which folder may import which: the table of docs/architecture.md. `main.ts` starts the command line and nothing else. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['cli'],
  errors: [],
  model: ['errors'],
  plan: ['model', 'errors'],
  events: ['model', 'errors'],
  config: ['model', 'errors'],
  native: ['errors'],
  system: ['native', 'errors'],
  recipe: ['model', 'system', 'errors'],
  fetch: ['model', 'events', 'system', 'errors'],
  sandbox: ['model', 'events', 'system', 'native', 'errors'],
  build: ['model', 'plan', 'events', 'recipe', 'fetch', 'sandbox', 'system', 'errors'],
  store: ['model', 'plan', 'events', 'sandbox', 'system', 'errors'],
  report: ['model', 'plan', 'events', 'errors'],
  cli: [
    'model',
    'plan',
    'events',
    'config',
    'recipe',
    'fetch',
    'sandbox',
    'build',
    'store',
    'report',
    'system',
    'errors',
  ],
}

/** Parts of model without domain words, which system needs too: names as bytes, and what suffixes of archives mean. */
const sharedWithSystem = ['model/tree-path.ts', 'model/archive-suffix.ts', 'model/artifact-name.ts']

/** Type-only imports that cross the table: data that a folder hands to its neighbour as it is. */
const sharedTypes = ['native/landlock.ts']

const source = join(import.meta.dir, '..', 'src')

interface Import {
  readonly file: string
  readonly target: string
  readonly isType: boolean
}

function sourceFiles(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !isTestFile(path))
    .sort()
}

function isTestFile(path: string): boolean {
  return /(\.test|-fixture|\/arbitraries)\.ts$/.test(path)
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8')
  const statement =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s+['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/g
  return [...text.matchAll(statement)].map(([, type, fromStatic, fromDynamic]) => {
    const specifier = fromStatic ?? fromDynamic ?? ''
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier
    return { file, target, isType: type !== undefined }
  })
}

const folderOf = (path: string): string => path.split('/')[0] ?? ''
const allImports = sourceFiles().flatMap(importsOf)

function isAllowed({ file, target, isType }: Import): boolean {
  const from = folderOf(file)
  const to = folderOf(target)
  if (from === to || mayImport[from]?.includes(to)) return true
  if (from === 'system' && sharedWithSystem.includes(target)) return true
  return isType && sharedTypes.includes(target)
}

test('every folder of src is in the table', () => {
  expect([...new Set(sourceFiles().map(folderOf))].filter((folder) => mayImport[folder] === undefined)).toEqual([])
})

test('imports keep to the table', () => {
  const inner = allImports.filter(({ target }) => target.endsWith('.ts'))

  expect(inner.length).toBeGreaterThan(300)
  expect(inner.filter((one) => !isAllowed(one))).toEqual([])
})

test('only system touches files, processes and the network; only native the C library', () => {
  const owners: Readonly<Record<string, RegExp>> = {
    system: /^(?:node:fs|node:fs\/promises|node:child_process|node:net|node:http|node:https|node:zlib)$/,
    native: /^bun:ffi$/,
  }
  const foreign = allImports.filter(({ file, target }) =>
    Object.entries(owners).some(([owner, modules]) => modules.test(target) && folderOf(file) !== owner),
  )
  const calls = sourceFiles()
    .filter((file) => folderOf(file) !== 'system')
    .filter((file) =>
      /\bBun\.(?:spawn|spawnSync|file|write|serve|connect)\b|(?:await|return|=|\()\s*fetch\(/.test(
        readFileSync(join(source, file), 'utf8'),
      ),
    )

  expect(foreign).toEqual([])
  expect(calls).toEqual([])
})

test('only main ends the process, and engines never print', () => {
  const found = sourceFiles().filter((file) => {
    const text = readFileSync(join(source, file), 'utf8')
    const ends = /process\.exit\(/.test(text) && file !== 'main.ts'
    const prints =
      /process\.(?:stdout|stderr)\.write|console\./.test(text) && folderOf(file) !== 'cli' && file !== 'main.ts'
    return ends || prints
  })

  expect(found.map((file) => relative('.', file))).toEqual([])
})

test('no file is longer than 300 lines', () => {
  const long = sourceFiles().filter((file) => readFileSync(join(source, file), 'utf8').split('\n').length > 301)

  expect(long).toEqual([])
})
