import { careRows } from './care-rows.ts'
import type { Command } from './command.ts'
import { contribRows } from './contrib-rows.ts'
import { questionRows } from './question-rows.ts'

/** One row of the command table. `load` imports the command's own file, so that start-up pays for nothing else. */
export interface CommandRow {
  readonly name: string
  /** KISS's letter. */
  readonly letter?: string
  readonly usage: string
  readonly summary: string
  /**
   * Whether it changes the root with these arguments: then it runs as the root's owner, locks it first, and finishes what another
   * command left unfinished, where others are told of it.
   */
  readonly changesRoot?: (words: readonly string[]) => boolean
  /** Whether it needs what is in the cache to stay while it runs. */
  readonly usesCache?: boolean
  /** Options it knows besides --json and --help; `--jobs N` has a value. */
  readonly options: readonly string[]
  /** What KISS's letter means besides; its name too, where kith is called kiss. */
  readonly letterOptions?: readonly string[]
  /** One of the programs that KISS ships as `kiss-NAME`: a program of that name on PATH is run instead, as KISS does. */
  readonly isContrib?: boolean
  readonly load: () => Promise<Command>
}

const coreRows: readonly CommandRow[] = [
  {
    name: 'alternatives',
    letter: 'a',
    usage: '[--dry-run] [--no-wait] [-] [PACKAGE PATH]',
    summary: 'List alternatives, or swap to one',
    changesRoot: (words) => words.length > 0,
    options: ['--dry-run', '--no-wait'],
    load: async () => (await import('./commands/alternatives.ts')).alternatives,
  },
  {
    name: 'build',
    letter: 'b',
    usage:
      '[--dry-run [--names]] [--jobs N] [--load L] [--keep-going] [--quiet] [--network] [--host-tools] [--rebuild] [--explain] [--adopt] [--no-wait] [--review | --no-review] [--resume | PACKAGE...]',
    summary: 'Build packages and what they need',
    usesCache: true,
    options: [
      '--adopt',
      '--dry-run',
      '--explain',
      '--host-tools',
      '--jobs N',
      '--keep-going',
      '--load L',
      '--names',
      '--network',
      '--no-review',
      '--no-wait',
      '--quiet',
      '--rebuild',
      '--resume',
      '--review',
    ],
    letterOptions: ['--rebuild'],
    load: async () => (await import('./commands/build.ts')).build,
  },
  {
    name: 'checksum',
    letter: 'c',
    usage: '[PACKAGE...]',
    summary: 'Write the checksums file from the sources',
    usesCache: true,
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
    usesCache: true,
    options: [],
    load: async () => (await import('./commands/download.ts')).download,
  },
  {
    name: 'help',
    usage: '[COMMAND|PACKAGE]',
    summary: 'Show this help, that of a command, or about a package',
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
    usage: '[--adopt] [--automatic] [--dry-run] [--keep-going] [--no-wait] [PACKAGE[@VERSION]|TARBALL...]',
    summary: 'Install built packages',
    changesRoot: () => true,
    usesCache: true,
    options: ['--adopt', '--automatic', '--dry-run', '--keep-going', '--no-wait'],
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
    name: 'publish',
    usage: 'DIRECTORY [PACKAGE...] | --new-key FILE',
    summary: 'Add built packages to a signed binary repository',
    usesCache: true,
    options: ['--new-key FILE'],
    load: async () => (await import('./commands/publish.ts')).publish,
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
    usage: '[--dry-run] [--no-wait] [--recursive] [PACKAGE...]',
    summary: 'Remove packages',
    changesRoot: () => true,
    options: ['--dry-run', '--no-wait', '--recursive'],
    load: async () => (await import('./commands/remove.ts')).remove,
  },
  {
    name: 'reproduce',
    usage: '[--host-tools] [--network] [--quiet] [PACKAGE...]',
    summary: 'Build packages twice in other surroundings, and compare',
    usesCache: true,
    options: ['--host-tools', '--network', '--quiet'],
    load: async () => (await import('./commands/reproduce.ts')).reproduce,
  },
  {
    name: 'sandbox',
    usage: '[--network] [--host-tools] [PACKAGE]',
    summary: 'Tell what the build of a package may see, change and reach',
    usesCache: true,
    options: ['--host-tools', '--network'],
    load: async () => (await import('./commands/sandbox.ts')).sandbox,
  },
  {
    name: 'search',
    letter: 's',
    usage: '[--description|--provides] [GLOB...] | --file PATH...',
    summary: 'Find recipes by name, README, provided name or file',
    options: ['--description', '--file', '--provides'],
    load: async () => (await import('./commands/search.ts')).search,
  },
  {
    name: 'shell',
    usage: '[--network] [--host-tools] [PACKAGE]',
    summary: 'Open a shell where a package is built or its build failed',
    usesCache: true,
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
    usage:
      '[--dry-run] [--jobs N] [--load L] [--keep-going] [--adopt] [--no-wait] [--quiet] [--resume] [--review | --no-review]',
    summary: 'Build and install what repositories have in other versions',
    usesCache: true,
    options: [
      '--adopt',
      '--dry-run',
      '--jobs N',
      '--keep-going',
      '--load L',
      '--no-review',
      '--no-wait',
      '--quiet',
      '--resume',
      '--review',
    ],
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

/** As the help shows them. */
export const commandGroups: readonly { readonly title: string; readonly rows: readonly CommandRow[] }[] = [
  { title: 'Commands', rows: coreRows },
  { title: 'Care of what is installed', rows: careRows },
  { title: 'Questions', rows: questionRows },
  { title: 'What KISS has as programs kiss-NAME', rows: contribRows },
]

/** Every command, by name. */
export const commandTable: readonly CommandRow[] = commandGroups
  .flatMap(({ rows }) => rows)
  .sort((one, other) => (one.name < other.name ? -1 : 1))

/** What each option does, for `kith help COMMAND`. */
export const optionSummaries: Readonly<Record<string, string>> = {
  '--adopt': 'Copy files in the way that no package has to FILE.orig, and replace them',
  '--automatic': 'What nobody asked for: list only that, or install as brought along by others',
  '--all': 'Read every file again, also those whose times are as they were',
  '--description': 'Look in the README files of the recipes, not at names',
  '--dry-run': 'Show what would be done, in order, and do nothing',
  '--explain': 'Say for each package why it is built or not',
  '--file': 'Look for installed files with these paths; globs match whole paths',
  '--host-tools': "Build with the host's tools below the dependencies, also where there is a base",
  '--html': 'One page that needs nothing else, to search and fold',
  '--jobs N': 'Build up to N packages at one time (default: as many as there are processors)',
  '--keep-going': 'After a failure, go on with everything that does not need what failed',
  '--list': 'Only which builds are recorded',
  '--keep N': 'Of built packages keep the N newest versions, and remove the others',
  '--max-size SIZE': 'Remove only until all takes no more than that: 500M, 5G',
  '--not-installed': 'Only what belongs to packages that are not installed',
  '--older-than AGE': 'Only what is older: 12h, 30d, 8w',
  '--load L': 'Start no further build while the load of the machine is L or more',
  '--json': 'Print events and results as JSON lines',
  '--make': 'With what is only needed to build',
  '--names': 'With --dry-run: only the names, one per line',
  '--new-key FILE': 'Make a key to sign with: FILE, and FILE.pub for those who shall trust it',
  '--network': 'Let the build scripts of the named packages use the network',
  '--no-limit': 'Show all, however many there are',
  '--no-wait': 'Fail at once where another kith is changing the root',
  '--offline': 'Ask nobody: use what is cached, and tell how old it is',
  '--provides': 'Look for names that packages provide or offer: libjpeg, so:libz.so.1, pc:zlib, cmd:gzip',
  '--quiet': 'Show no build output, but the end of one that fails',
  '--rebuild': 'Build what is named even if nothing has changed (so does the letter b, as with KISS)',
  '--recursive': 'Also what came as their dependencies, and nothing else needs',
  '--repo': 'Ask the recipes of KISS_PATH, not what is installed',
  '--no-review': 'Show no changes of recipes, also not to a person',
  '--review': 'Show what changed in each recipe since it was built last (to a person always, where scripts changed)',
  '--reverse': 'Show what needs them instead of what they need',
  '--svg': 'A picture',
  '--resume': 'Go on with what failed or was interrupted last; what it has built stays',
}

/** The row of a command by its exact name or letter. */
export function findCommand(word: string): CommandRow | undefined {
  return commandTable.find(({ name, letter }) => name === word || letter === word)
}
