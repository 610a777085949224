import { printable } from '../../errors/printable.ts'
import type { Count } from '../../plan/counts.ts'
import type { GraphStatistics } from '../../plan/graph-statistics.ts'
import type { SourceStatistics } from '../../plan/source-statistics.ts'
import type { Statistics } from '../../plan/statistics.ts'
import { renderFields } from './fields.ts'

type Fields = readonly (readonly [label: string, text: string | readonly string[]])[]

/** Totals as labels and values within `columns`, the longest lists cut to what is telling. */
export function renderStatistics(statistics: Statistics, columns: number): string {
  const { packages, repositories, hidden, broken, graph, sources, checksums, gitVersions, releases } = statistics
  const { blake3, sha256, skipped, other } = checksums
  const fields: Fields = [
    ['packages', String(packages)],
    ['repositories', repositories.map(({ name, count }) => `${name} ${count}`)],
    ...(hidden > 0 ? [['hidden', `${hidden} recipes that an earlier repository has too`] as const] : []),
    ...(broken.length > 0 ? [['broken', `${broken.length}: ${firstOf(broken)}`] as const] : []),
    ...graphFields(graph),
    ...sourceFields(sources),
    [
      'checksums',
      `${blake3} BLAKE3, ${sha256} SHA-256, ${skipped} skipped${other > 0 ? `, ${other} that are none` : ''}`,
    ],
    ['versions', `${gitVersions} "git"; releases ${listCounts(releases, 6)}`],
  ]
  return printable(renderFields(fields, columns))
}

function graphFields(graph: GraphStatistics): Fields {
  const dangling = graph.dangling.map(({ name, neededBy }) => `${name} (for ${neededBy.join(' ')})`)
  return [
    ['dependencies', `${graph.edges}: ${graph.runEdges} to run, ${graph.makeEdges} to build`],
    ['without any', `${graph.withoutDependencies} packages`],
    ['circles', graph.cycles.length === 0 ? 'none' : graph.cycles.slice(0, 10).map((cycle) => cycle.join(' -> '))],
    ['in no repository', dangling.length === 0 ? 'none' : dangling.slice(0, 20)],
    ['longest chain', `${graph.longestChain.length}: ${graph.longestChain.join(' -> ')}`],
    ['longest to run', `${graph.longestRunChain.length}: ${graph.longestRunChain.join(' -> ')}`],
    ['most needed', listCounts(graph.mostNeeded, 13)],
    ['most to run', listCounts(graph.mostNeededToRun, 8)],
    ['most to build', listCounts(graph.mostNeededToBuild, 8)],
    ['largest depends', listCounts(graph.largestDepends, 8)],
    ['largest closures', listCounts(graph.largestClosures, 8)],
  ]
}

function sourceFields(sources: SourceStatistics): Fields {
  const { entries, remote, local, git, withDestination, single, comments } = sources
  return [
    ['sources', `${entries}: ${remote} URLs, ${local} local, ${git} git; ${withDestination} with a destination`],
    ['', `${single} packages have one; the most: ${listCounts(sources.largest, 3)}; ${comments} comments`],
    ['URLs', `${listCounts(sources.schemes, 4)}; ${listCounts(sources.forms, 8)}`],
    ['local', listCounts(sources.localPlaces, 4)],
    ['git', listCounts(sources.gitReferences, 4)],
    ['hosts', `${sources.hosts.length}: ${listCounts(sources.hosts, 6)}`],
  ]
}

function listCounts(counts: readonly Count[], most: number): string {
  if (counts.length === 0) return 'none'
  return counts
    .slice(0, most)
    .map(({ name, count }) => `${name} ${count}`)
    .join(', ')
}

function firstOf(names: readonly string[]): string {
  return `${names.slice(0, 10).join(' ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`
}
