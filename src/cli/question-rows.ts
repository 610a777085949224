import type { CommandRow } from './command-table.ts'

/** Commands that answer questions about packages and change nothing. */
export const questionRows: readonly CommandRow[] = [
  {
    name: 'files',
    usage: '[PACKAGE...]',
    summary: 'List the files of installed packages',
    options: [],
    load: async () => (await import('./commands/files.ts')).files,
  },
  {
    name: 'graph',
    usage: '[--html|--svg] [--repo] [PACKAGE...]',
    summary: 'Print what packages need as a graph, a picture or a page',
    options: ['--html', '--repo', '--svg'],
    load: async () => (await import('./commands/graph.ts')).graph,
  },
  {
    name: 'info',
    usage: '[PACKAGE...]',
    summary: 'Show what is known about packages',
    options: [],
    load: async () => (await import('./commands/info.ts')).info,
  },
  {
    name: 'stats',
    usage: '',
    summary: 'Show totals over the recipes of KISS_PATH',
    options: [],
    load: async () => (await import('./commands/stats.ts')).stats,
  },
  {
    name: 'timings',
    usage: '[--html [FILE]] [--list] [NUMBER]',
    summary: 'Show where the time of the last build went',
    options: ['--html', '--list'],
    load: async () => (await import('./commands/timings.ts')).timings,
  },
  {
    name: 'tree',
    usage: '[--make] [--reverse] [--repo] [PACKAGE...]',
    summary: 'Show what packages need as a tree',
    options: ['--make', '--repo', '--reverse'],
    load: async () => (await import('./commands/tree.ts')).tree,
  },
  {
    name: 'why',
    usage: '[--no-limit] [--repo] [PACKAGE...]',
    summary: 'Show the chains of needs that lead to packages',
    options: ['--no-limit', '--repo'],
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'why-not',
    usage: '[PACKAGE...]',
    summary: 'Show what stands in the way of building packages',
    options: [],
    load: async () => (await import('./commands/why-not.ts')).whyNot,
  },
]
