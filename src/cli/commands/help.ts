import { KithError } from '../../errors/kith-error.ts'
import { printable } from '../../errors/printable.ts'
import { packageNameFault, parsePackageName } from '../../model/package-name.ts'
import { findDocumentation } from '../../recipe/documentation.ts'
import { wrap } from '../../report/terminal/wrap.ts'
import { databasePath } from '../../store/installed-database.ts'
import { findProgram, runAttached } from '../../system/process.ts'
import type { Command, Invocation } from '../command.ts'
import { type CommandRow, commandGroups, commandTable, findCommand, optionSummaries } from '../command-table.ts'

/** Settings that change what commands do; docs/ has the rest. */
const settings: readonly (readonly [string, string])[] = [
  ['KISS_PATH', 'directories of recipes, separated by colons; the first match wins'],
  ['KISS_ROOT', 'where packages are installed (default /)'],
  ['KISS_PROMPT=0', 'no questions; a build then installs nothing'],
  ['KISS_FORCE=1', 'no checks of dependencies and dependents'],
  ['KISS_CHOICE=0', 'a file conflict is an error, not an alternative'],
  ['KISS_COMPRESS', 'suffix of built tarballs: zst (default) gz xz bz2 lz lzma'],
  ['KISS_HOOK', 'programs called at hook points, separated by colons'],
  ['KITH_OVERRIDES', 'your own changes of recipes: a directory for each (default etc/kith/overrides in the root)'],
  ['KISS_GET', 'what fetches sources in place of kith: aria2c axel curl wget wget2'],
  ['KISS_SU', 'what changes to the owner of the root (default: the first of ssu sudo doas su)'],
  ['KISS_KEEPLOG=1', 'keep the logs of builds that succeed'],
  ['KISS_STRIP=0', 'do not strip what is built'],
  ['KISS_TMPDIR', 'where builds happen (default: proc in the cache); KISS_PID names the directory there'],
  ['KISS_DEBUG=1', 'keep that directory'],
  ['KISS_COLOR=0', 'no colours; so does NO_COLOR'],
  ['XDG_CACHE_HOME', 'the cache is kiss in it (default: /var/cache for root, ~/.cache)'],
  ['KISS_SANDBOX_FILES', 'paths of the host that builds see, between blanks: read-only, or PATH:rw'],
  ['KITH_NETWORK', 'packages whose build scripts may use the network, between blanks'],
  ['KITH_LIMITS', 'what a build may use: time=12h silence=4h memory=95% processes=8192 cpus=2 free=1G, each or none'],
  ['KITH_SCHEDULE', 'when further builds start: jobs=4 load=8 memory=1G disk=1G, load, memory and disk or none'],
  ['KITH_ENVIRONMENT', 'variables that builds see besides those about building: NAME or NAME_*'],
  ['KITH_SYSROOT', 'how builds see packages: auto (default), overlay (of the kernel), links (hard links)'],
  [
    'KITH_MIRRORS',
    'apt, directories, URLs, between blanks: sources by checksum when upstream fails; with the word "first" before them: asked before upstream',
  ],
  [
    'KITH_PROVIDERS',
    'the file that says which package shall provide a name, instead of etc/kith/providers in the root',
  ],
  [
    'KITH_SUBSTITUTERS',
    'binary repositories, between blanks: directories, or URLs of file, http(s), s3://BUCKET/PREFIX?endpoint=URL&region=NAME',
  ],
  ['KITH_TRUSTED_KEYS', 'public keys, or files with one, whose signature of their indexes counts'],
  ['KITH_SIGNING_KEY', 'file of the secret key with which kith publish signs'],
  ['KITH_REPOLOGY', 'where kith outdated asks Repology (default https://repology.org)'],
  ['KITH_APT_SUITES', 'suites of apt that KITH_MIRRORS asks'],
]

/** Of kith, of a command, or what there is to read about a package: in a pager where a person reads it. */
export const help: Command = async (invocation) => {
  const [word] = invocation.arguments
  if (word === undefined) {
    process.stderr.write(overview())
    return 0
  }
  const row = findCommand(word)
  return row === undefined ? await readAbout(word, invocation) : printCommandHelp(row)
}

async function readAbout(word: string, { config, environment, show }: Invocation): Promise<number> {
  if (packageNameFault(word) !== undefined) throw new KithError('unknown-command', { command: word })
  const repositories = [...config.repositories, config.root + databasePath]
  const documentation = `${config.root}/usr/share/doc/kiss`
  const found = findDocumentation(parsePackageName(word), { documentation, repositories })
  if (found === undefined) throw new KithError('unknown-command', { command: word })
  const text = printable(found.text.trimEnd())
  const [pager, ...options] = (environment.PAGER || 'less').split(/\s+/).filter((one) => one !== '')
  const program =
    process.stdout.isTTY === true && pager !== undefined ? findProgram([pager], config.searchPath) : undefined
  if (program === undefined) show(text, { kind: 'documentation', name: word, ...found })
  else
    await runAttached([program, ...options], 'show it', {
      env: environment,
      output: 'output',
      input: Buffer.from(`${text}\n`),
    })
  return 0
}

/** Usage of one command, on standard error; exit status 0. */
export function printCommandHelp({ name, letter, usage, summary, options }: CommandRow): number {
  const short = letter === undefined ? '' : ` (or: kith ${letter})`
  const known = [...options, '--json'].map((option) => [option, optionSummaries[option] ?? ''] as const)
  process.stderr.write(`kith ${name} ${usage}${short}\n  ${summary}\n\n${table(known)}`)
  return 0
}

/** Two columns within 80; what does not fit goes on below. */
function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows
    .flatMap(([name, text]) =>
      wrap(text, 80 - left).map((line, index) => `${(index === 0 ? `  ${name}` : '').padEnd(left)}${line}\n`),
    )
    .join('')
}

function overview(): string {
  const width = Math.max(...commandTable.map(({ name }) => name.length))
  const groups = commandGroups.flatMap(({ title, rows }) => [
    `\n${title}\n`,
    ...rows.map(({ name, letter, summary }) => `  ${letter ?? ' '}  ${name.padEnd(width)}  ${summary}\n`),
  ])
  return [
    'kith [a|b|c|d|H|i|l|p|r|s|u|U|v] [PACKAGE...]\n',
    ...groups,
    '\nWithout PACKAGE, what is about one takes the current directory for it.\n',
    '--json on any command: events and results as JSON lines.\n\nSettings (environment)\n',
    table(settings),
    '\nRun "kith help COMMAND" for one command.\n',
  ].join('')
}
