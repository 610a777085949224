import { archiveSuffix } from '../model/archive-suffix.ts'
import { parseGitSource } from '../model/git-source.ts'
import { remoteFileName, type SourceLine } from '../model/sources.ts'
import { type Count, countEach, sortCounts } from './counts.ts'
import type { CountedRecipe } from './statistics.ts'

export interface SourceStatistics {
  readonly entries: number
  readonly remote: number
  readonly local: number
  readonly git: number
  readonly comments: number
  readonly withDestination: number
  /** Packages with exactly one source. */
  readonly single: number
  readonly largest: readonly Count[]
  /** Of remote sources: `https`. */
  readonly schemes: readonly Count[]
  /** What remote sources are: `tar.gz`, `crate`, `zip`, `no-extract`, `other`. */
  readonly forms: readonly Count[]
  /** First directories of local sources. */
  readonly localPlaces: readonly Count[]
  /** Of git sources: `unpinned`, `commit`, `branch or tag`. */
  readonly gitReferences: readonly Count[]
  readonly hosts: readonly Count[]
}

type OwnedRecipe = Pick<CountedRecipe, 'name' | 'sourceLines'>

export function measureSources(recipes: readonly OwnedRecipe[]): SourceStatistics {
  const lines = recipes.flatMap(({ sourceLines }) => sourceLines)
  const real = lines.filter(({ kind }) => kind !== 'comment')
  const ofKind = (kind: SourceLine['kind']): string[] =>
    real.filter((line) => line.kind === kind).map(({ text }) => text)
  const [remote, local, git] = [ofKind('remote'), ofKind('local'), ofKind('git')]
  const perPackage = recipes.map(({ name, sourceLines }) => ({
    name,
    count: sourceLines.filter(({ kind }) => kind !== 'comment').length,
  }))
  return {
    entries: real.length,
    remote: remote.length,
    local: local.length,
    git: git.length,
    comments: lines.filter(({ text }) => text.startsWith('#')).length,
    withDestination: real.filter(({ destination }) => destination !== undefined).length,
    single: perPackage.filter(({ count }) => count === 1).length,
    largest: sortCounts(perPackage).filter(({ count }) => count > 0),
    schemes: countEach(remote.map((text) => text.slice(0, text.indexOf('://')))),
    forms: countEach(remote.map(formOf)),
    localPlaces: countEach(local.map((text) => (text.includes('/') ? `${text.split('/')[0]}/` : 'beside build'))),
    gitReferences: countEach(git.map(referenceOf)),
    hosts: countEach([...remote, ...git].flatMap((text) => hostOf(text) ?? [])),
  }
}

function formOf(text: string): string {
  const name = remoteFileName(text) ?? ''
  const suffix = archiveSuffix(name)
  if (suffix.kind === 'archive') return /(tar\.[a-z0-9]+|t[a-z]z|tar)$/.exec(name)?.[0] ?? 'other'
  if (name.endsWith('?no-extract')) return 'no-extract'
  return /\.(crate|zip|whl|jar|deb|gem)$/.exec(name)?.[1] ?? 'other'
}

function referenceOf(text: string): string {
  const reading = parseGitSource(text)
  if (reading.kind === 'fault') return 'unusable'
  const { kind } = reading.git.reference
  return kind === 'default' ? 'unpinned' : kind === 'commit' ? 'commit' : 'branch or tag'
}

/** Without user and port. */
function hostOf(text: string): string | undefined {
  return /:\/\/(?:[^/@]*@)?([^/:]+)/.exec(text)?.[1]
}
