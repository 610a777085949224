import { join } from 'node:path'
import type { Recipe } from '../model/recipe.ts'
import { isHashable, type Source } from '../model/sources.ts'
import type { RecipeDirectory } from './recipe-directory.ts'

/** One kind of advice about a recipe that can be built as it is. */
export interface RecipeCheck {
  readonly id: string
  readonly severity: 'warning'
  /** Why it matters and what to do instead. */
  readonly explanation: string
  readonly find: (recipe: Recipe, directory: RecipeDirectory) => readonly Finding[]
}

export interface Finding {
  readonly file: string
  readonly line?: number | undefined
  readonly sentence: string
}

export const recipeChecks: readonly RecipeCheck[] = [
  {
    id: 'no-interpreter',
    severity: 'warning',
    explanation: 'The kernel runs only what begins with "#!"; write "#!/bin/sh -e" into the first line',
    find: ({ format }, directory) =>
      format === 'kiss' && !directory.build?.startsWith('#!') ? [inBuild(directory, 'no interpreter is named')] : [],
  },
  {
    id: 'ignores-failures',
    severity: 'warning',
    explanation: 'A step that fails goes unnoticed and half a package is packed; write "#!/bin/sh -e" or "set -e"',
    find: ({ format }, directory) =>
      format === 'kiss' && isCarefreeShell(directory.build) ? [inBuild(directory, 'failing commands are ignored')] : [],
  },
  {
    id: 'checksum-skipped',
    severity: 'warning',
    explanation: 'Nothing notices when upstream or the network changes the file; kith checksum writes its hash',
    find: ({ checksums = [], checksumsFile: file }) =>
      checksums
        .filter(({ checksum }) => checksum?.algorithm === 'skip')
        .map(({ line }) => ({ file, line, sentence: 'the source is not verified' })),
  },
  {
    id: 'checksum-sha256',
    severity: 'warning',
    explanation: 'sh kiss refuses it; kith checksum writes BLAKE3, which all of them read',
    find: ({ format, checksums = [], checksumsFile: file }) =>
      checksums
        .filter(({ checksum }) => format === 'kiss' && checksum?.algorithm === 'sha256')
        .map(({ line }) => ({ file, line, sentence: 'the checksum is a SHA-256' })),
  },
  {
    id: 'checksums-unused',
    severity: 'warning',
    explanation: 'Git sources and directories have no checksum; remove the file',
    find: ({ sources, checksums, checksumsFile: file }) =>
      checksums !== undefined && !sources.some(isHashable)
        ? [{ file, sentence: 'no source has a checksum, so the file does not count' }]
        : [],
  },
  {
    id: 'insecure-url',
    severity: 'warning',
    explanation: 'Anybody on the way sees and changes it; use https where the server has it',
    find: (recipe) =>
      recipe.sources
        .filter((source) => /^(http|ftp|git)$/.test(scheme(source)))
        .map((source) => atSource(recipe, source, `"${source.text}" is fetched without encryption`)),
  },
  {
    id: 'unpinned-git',
    severity: 'warning',
    explanation: 'Every build may get something else; append "#" and a commit',
    find: (recipe) =>
      recipe.sources
        .filter((source) => source.kind === 'git' && source.git.reference.kind !== 'commit')
        .map((source) => atSource(recipe, source, `"${source.text}" names no commit`)),
  },
  {
    id: 'same-cache-file',
    severity: 'warning',
    explanation: 'Both are kept as one file in the cache, so the second is never fetched; give one another destination',
    find: findCollisions,
  },
  {
    id: 'outside-source',
    severity: 'warning',
    explanation: 'It is there on this machine only; copy it into the package directory',
    find: (recipe) =>
      recipe.sources
        .filter((source) => 'path' in source && !isBelow(source.path, recipe.directory))
        .map((source) => atSource(recipe, source, `"${source.text}" is outside the package directory`)),
  },
  {
    id: 'unknown-file',
    severity: 'warning',
    explanation: 'Nothing reads a file of that name; rename or remove it',
    find: (_, { path, entries }) =>
      [...misspellings]
        .filter(([wrong]) => entries.has(wrong))
        .map(([wrong, right]) => ({ file: join(path, wrong), sentence: `did you mean "${right}"?` })),
  },
]

const misspellings: ReadonlyMap<string, string> = new Map([
  ['checksum', 'checksums'],
  ['depend', 'depends'],
  ['dependencies', 'depends'],
  ['pre-install', 'post-install'],
  ['post-remove', 'pre-remove'],
  ['pre_remove', 'pre-remove'],
  ['source', 'sources'],
])

function inBuild({ path }: RecipeDirectory, sentence: string): Finding {
  return { file: join(path, 'build'), line: 1, sentence }
}

/** A shell script that says nowhere that it stops when a command fails. */
function isCarefreeShell(build = ''): boolean {
  const [interpreter = ''] = build.split('\n', 1)
  if (!/^#!.*\b(sh|dash|bash|ash|ksh)\b/.test(interpreter)) return false
  return !/\s-[a-z]*e/.test(interpreter) && !/^\s*set\s+(-[a-z]*e|-o\s+errexit)/m.test(build)
}

function scheme(source: Source): string {
  const url = source.kind === 'git' ? source.git.url : source.kind === 'remote' ? source.text : ''
  return url.slice(0, Math.max(url.indexOf('://'), 0))
}

function atSource({ directory, sourceLines }: Recipe, { text, destination }: Source, sentence: string): Finding {
  const line = sourceLines.find((candidate) => candidate.text === text && candidate.destination === destination)?.line
  return { file: join(directory, 'sources'), line, sentence }
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory.replace(/\/$/, '')}/`)
}

function findCollisions(recipe: Recipe): Finding[] {
  const findings: Finding[] = []
  const first = new Map<string, string>()
  for (const source of recipe.sources) {
    if (source.kind !== 'git' && source.kind !== 'remote') continue
    const name = source.kind === 'git' ? source.git.directoryName : source.fileName
    const place = `${source.destination ?? ''}/${name}`
    const earlier = first.get(place)
    if (earlier === undefined) first.set(place, source.text)
    else if (earlier !== source.text)
      findings.push(atSource(recipe, source, `"${source.text}" has the same name as "${earlier}"`))
  }
  return findings
}
