import { join, resolve } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { printable } from '../../errors/printable.ts'
import { type AskedSubject, askReleases } from '../../fetch/releases/ask-releases.ts'
import { openPageCache } from '../../fetch/releases/page-cache.ts'
import type { ReleaseSubject } from '../../fetch/releases/release-provider.ts'
import { repologyProvider } from '../../fetch/releases/repology-provider.ts'
import { upstreamProvider } from '../../fetch/releases/upstream-provider.ts'
import { findNewer, type KnownReleases } from '../../plan/outdated.ts'
import { readRecipe } from '../../recipe/read-recipe.ts'
import { findRecipe, searchRecipes } from '../../recipe/repositories.ts'
import { formatAge } from '../../report/terminal/units.ts'
import { isDirectory, isFile } from '../../system/files.ts'
import { fetchSettings } from '../build-context.ts'
import type { Command, Invocation } from '../command.ts'
import { parseArgument } from '../workspace.ts'

interface Subject extends ReleaseSubject {
  readonly directory: string
}

const parallel = 8
const maxAgeMs = 24 * 3_600_000

/**
 * `<name> <version> -> <newer>` per line: recipes of which Repology or upstream have a newer version. Words with a `/` are
 * repositories, others packages; without any it is the repository here, else all of KISS_PATH. With --offline only what is cached.
 */
export const outdated: Command = async (invocation) => {
  const { config, context, options, show } = invocation
  const directories = chooseDirectories(invocation)
  const subjects = directories.flatMap(readSubject)
  const isOffline = options.has('--offline')
  const nowMs = Date.now()
  const settings = {
    ...fetchSettings(invocation),
    connectTimeoutMs: 15_000,
    stallTimeoutMs: 15_000,
    isOffline,
    maxAgeMs,
    nowMs,
  }
  const pages = openPageCache(settings, context)
  const text = `asking about ${count(subjects.length, 'package')}`
  if (!isOffline) context.emit({ kind: 'notice', level: 'info', text })
  const asked = await askReleases(subjects, [repologyProvider(config.repology), upstreamProvider], { pages, parallel })
  for (const { subject, answers } of asked) {
    const newer = findNewer(subject.version, knownIn({ subject, answers }))
    if (newer === undefined) continue
    const line = `${subject.name.padEnd(30)} ${subject.version} -> ${newer.version}`
    const { name, version, directory } = subject
    show(printable(line), { kind: 'outdated', name, version, directory, newer: newer.version, ...sourceOf(newer) })
  }
  tellRest(asked, { skipped: directories.length - subjects.length, isOffline }, invocation)
  return 0
}

function sourceOf({
  provider,
  page,
  ageMs,
}: {
  readonly provider: string
  readonly page: string
  readonly ageMs: number
}) {
  return { provider, page, ageMs }
}

function chooseDirectories({ arguments: words, config }: Invocation): string[] {
  if (words.length > 0)
    return words.flatMap((word) => {
      if (word === '.' || word.includes('/')) return recipesIn(resolve(word))
      const directory = findRecipe(parseArgument(word), config.repositories)
      if (directory === undefined)
        throw new KithError('recipe-not-found', { name: word, searched: config.repositories })
      return [directory]
    })
  const here = process.cwd()
  const isRepository = searchRecipes('*', [here]).some(isRecipe)
  return isRepository ? recipesIn(here) : searchRecipes('*', config.repositories).filter(isRecipe)
}

function recipesIn(repository: string): string[] {
  if (!isDirectory(repository))
    throw new KithError('invalid-argument', { argument: repository, expected: 'a directory of recipes' })
  return searchRecipes('*', [repository]).filter(isRecipe)
}

function isRecipe(directory: string): boolean {
  return isFile(join(directory, 'version'))
}

/** What has no version to compare, `git`, is left out. */
function readSubject(directory: string): Subject[] {
  const { name, version, sourceLines } = readRecipe(directory)
  if (version === undefined || !/\d/.test(version.version)) return []
  const sources = sourceLines.filter(({ kind }) => kind === 'remote').map(({ text }) => text)
  return [{ name, version: version.version, sources, directory }]
}

function knownIn({ answers }: AskedSubject<Subject>): KnownReleases[] {
  return answers.flatMap(({ provider, answer }) => (answer.kind === 'versions' ? [{ provider, ...answer }] : []))
}

interface Rest {
  readonly skipped: number
  readonly isOffline: boolean
}

/** What could not be answered, and how old answers are: on standard error, as with KISS. */
function tellRest(
  asked: readonly AskedSubject<Subject>[],
  { skipped, isOffline }: Rest,
  { context, show, options }: Invocation,
): void {
  const say = (level: 'info' | 'warning', text: string): void => context.emit({ kind: 'notice', level, text })
  const hosts = new Map<string, { reason: string; missed: number }>()
  for (const { answers } of asked)
    for (const { answer } of answers)
      if (answer.kind === 'unreachable')
        hosts.set(answer.host, { reason: answer.reason, missed: (hosts.get(answer.host)?.missed ?? 0) + 1 })
  for (const [host, { reason, missed }] of hosts)
    say('warning', `${host}: ${reason}; not asked about ${count(missed, 'package')}`)
  const unknown = asked.filter((one) => knownIn(one).length === 0).map(({ subject }) => subject.name)
  if (options.has('--json')) for (const name of unknown) show('', { kind: 'release-unknown', name })
  else if (unknown.length > 0) say('info', `no answer about ${unknown.length}: ${shortened(unknown)}`)
  if (skipped > 0) say('info', `${skipped} without a version to compare`)
  const ages = asked.flatMap(knownIn).map(({ ageMs }) => ageMs)
  if (isOffline && ages.length > 0)
    say('info', `offline: answers are ${formatAge(Math.min(...ages))} to ${formatAge(Math.max(...ages))} old`)
  if (isOffline && ages.length === 0) say('warning', 'offline, and nothing is cached: run it once without --offline')
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function shortened(names: readonly string[]): string {
  return `${names.slice(0, 12).join(' ')}${names.length > 12 ? ' ...' : ''}`
}
