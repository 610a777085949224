import type { Command } from './command.ts'

/** One row of the command table. `load` imports the command's own file, so that start-up pays for nothing else. */
export interface CommandRow {
  readonly name: string
  /** KISS's letter. */
  readonly letter?: string
  readonly usage: string
  readonly summary: string
  /** Options it knows besides --json and --help; `--jobs N` has a value. */
  readonly options: readonly string[]
  readonly load: () => Promise<Command>
}

export const commandTable: readonly CommandRow[] = [
  {
    name: 'alternatives',
    letter: 'a',
    usage: '[-] [PACKAGE PATH]',
    summary: 'List alternatives, or swap to one',
    options: [],
    load: async () => (await import('./commands/alternatives.ts')).alternatives,
  },
  {
    name: 'build',
    letter: 'b',
    usage:
      '[--dry-run [--names]] [--jobs N] [--load L] [--keep-going] [--quiet] [--network] [--host-tools] [--resume | PACKAGE...]',
    summary: 'Build packages and what they need',
    options: [
      '--dry-run',
      '--host-tools',
      '--jobs N',
      '--keep-going',
      '--load L',
      '--names',
      '--network',
      '--quiet',
      '--resume',
    ],
    load: async () => (await import('./commands/build.ts')).build,
  },
  {
    name: 'checksum',
    letter: 'c',
    usage: '[PACKAGE...]',
    summary: 'Write the checksums file from the sources',
    options: [],
    load: async () => (await import('./commands/checksum.ts')).checksum,
  },
  {
    name: 'doctor',
    usage: '',
    summary: 'Tell what this host offers to builds, and what is missing',
    options: [],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'download',
    letter: 'd',
    usage: '[PACKAGE...]',
    summary: 'Fetch all sources',
    options: [],
    load: async () => (await import('./commands/download.ts')).download,
  },
  {
    name: 'help',
    usage: '[COMMAND]',
    summary: 'Show this help, or that of a command',
    options: [],
    load: async () => (await import('./commands/help.ts')).help,
  },
  {
    name: 'help-ext',
    letter: 'H',
    usage: '',
    summary: 'List the extensions: programs kiss-* on PATH',
    options: [],
    load: async () => (await import('./commands/help-extensions.ts')).helpExtensions,
  },
  {
    name: 'install',
    letter: 'i',
    usage: '[PACKAGE|TARBALL...]',
    summary: 'Install built packages',
    options: [],
    load: async () => (await import('./commands/install.ts')).install,
  },
  {
    name: 'lint',
    usage: '[PACKAGE...]',
    summary: 'Tell what is wrong with recipes',
    options: [],
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  {
    name: 'list',
    letter: 'l',
    usage: '[PACKAGE...]',
    summary: 'List installed packages',
    options: [],
    load: async () => (await import('./commands/list.ts')).list,
  },
  {
    name: 'preferred',
    letter: 'p',
    usage: '[PACKAGE]',
    summary: 'Show who owns the files that have alternatives',
    options: [],
    load: async () => (await import('./commands/preferred.ts')).preferred,
  },
  {
    name: 'remove',
    letter: 'r',
    usage: '[PACKAGE...]',
    summary: 'Remove packages',
    options: [],
    load: async () => (await import('./commands/remove.ts')).remove,
  },
  {
    name: 'sandbox',
    usage: '[--network] [--host-tools] [PACKAGE]',
    summary: 'Tell what the build of a package may see, change and reach',
    options: ['--host-tools', '--network'],
    load: async () => (await import('./commands/sandbox.ts')).sandbox,
  },
  {
    name: 'search',
    letter: 's',
    usage: '[GLOB...]',
    summary: 'Find recipes by name',
    options: [],
    load: async () => (await import('./commands/search.ts')).search,
  },
  {
    name: 'shell',
    usage: '[--network] [--host-tools] [PACKAGE]',
    summary: 'Open a shell where a package is built, or where its build failed',
    options: ['--host-tools', '--network'],
    load: async () => (await import('./commands/shell.ts')).shell,
  },
  {
    name: 'update',
    letter: 'u',
    usage: '',
    summary: 'Update the repositories',
    options: [],
    load: async () => (await import('./commands/update.ts')).update,
  },
  {
    name: 'upgrade',
    letter: 'U',
    usage: '[--jobs N] [--load L] [--keep-going] [--quiet]',
    summary: 'Build and install what the repositories have in other versions',
    options: ['--jobs N', '--keep-going', '--load L', '--quiet'],
    load: async () => (await import('./commands/upgrade.ts')).upgrade,
  },
  {
    name: 'version',
    letter: 'v',
    usage: '',
    summary: 'Print the version',
    options: [],
    load: async () => (await import('./commands/version.ts')).version,
  },
]

/** What each option does, for `kith help COMMAND`. */
export const optionSummaries: Readonly<Record<string, string>> = {
  '--dry-run': 'Show what would be built, in order, and do nothing',
  '--host-tools': "Build with the host's tools below the dependencies, also where there is a base",
  '--jobs N': 'Build up to N packages at one time (default: as many as there are processors)',
  '--keep-going': 'After a failure, build everything that does not need what failed',
  '--load L': 'Start no further build while the load of the machine is L or more',
  '--json': 'Print events and results as JSON lines',
  '--names': 'With --dry-run: only the names, one per line',
  '--network': 'Let the build scripts of the named packages use the network',
  '--quiet': 'Show no build output, but the end of one that fails',
  '--resume': 'Go on with the last build that failed or was interrupted; what it has built stays',
}

/** The row of a command by its exact name or letter. */
export function findCommand(word: string): CommandRow | undefined {
  return commandTable.find(({ name, letter }) => name === word || letter === word)
}
