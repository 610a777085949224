import { basename, dirname } from 'node:path'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import { type Account, accountOf } from '../system/accounts.ts'
import { fileInfo, makeDirectory } from '../system/files.ts'
import { runAttached } from '../system/process.ts'
import { ownExecutable } from '../system/self.ts'
import { asUser, findUserSwitch } from '../system/switch-user.ts'
import type { CommandRow } from './command-table.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What of the environment goes along to the owner of the root: KISS's list. */
const passed = [
  'HOME',
  'KISS_CHOICE',
  'KISS_COLOR',
  'KISS_COMPRESS',
  'KISS_FORCE',
  'KISS_HOOK',
  'KISS_PATH',
  'KISS_ROOT',
  'KISS_TMPDIR',
  '_KISS_DATE',
  '_KISS_LVL',
]

/**
 * Who must change the root in place of us: its owner, where that is another user. LOGNAME counts, as with KISS. Who can do it anyway, as
 * root or as the owner under another LOGNAME, is sent through nothing but what KISS_SU names: it would be for nothing, and root installs
 * what belongs to root also below a directory that a user has made.
 */
export function otherOwner({ root, switchUser }: Config, environment: Environment): Account | undefined {
  const id = fileInfo(root || '/')?.owner
  const own = process.getuid?.()
  if (id === undefined || own === undefined) return undefined
  const owner = accountOf(id)
  if (environment.LOGNAME === owner.name) return undefined
  const mayItself = id === own || own === 0
  const isNamed = switchUser !== '' && (id !== own || Boolean(environment.LOGNAME))
  return !mayItself || isNamed ? owner : undefined
}

/**
 * Runs a command line as the owner of the root. Where no package is named the current directory is it: that is said, since another
 * user may come to stand elsewhere. Gives its exit status; throws `owner-needed`.
 */
export async function runCommandAsOwner(
  { name, letter }: CommandRow,
  { positional, words }: { readonly positional: readonly string[]; readonly words: readonly string[] },
  { owner, config }: { readonly owner: Account; readonly config: Config },
): Promise<number> {
  const isCurrentPackage = (letter === 'i' || letter === 'r') && positional.length === 0
  const directory = process.cwd()
  const added = isCurrentPackage ? [basename(directory)] : []
  const path = isCurrentPackage ? `${dirname(directory)}:` : ''
  const environment = { ...process.env, KISS_PATH: `${path}${process.env.KISS_PATH ?? ''}` }
  return await runAsOwner([name, ...words, ...added], owner, { config, environment })
}

/** Runs `kith <words>` as the owner of the root; gives its exit status. Throws `owner-needed`. */
export async function runAsOwner(
  words: readonly string[],
  owner: Account,
  { config, environment, isNested = false }: { config: Config; environment: Environment; isNested?: boolean },
): Promise<number> {
  const program = findUserSwitch(config.switchUser, config.searchPath)
  if (program === undefined) throw new KithError('owner-needed', { root: config.root || '/', owner: owner.name })
  // Made by the other they would be closed to us.
  makeDirectory(config.workParent)
  const variables = {
    ...Object.fromEntries(passed.map((name) => [name, environment[name] ?? ''])),
    LOGNAME: owner.name,
    // What was built for the one must be found by the other.
    XDG_CACHE_HOME: dirname(config.cacheDirectory),
    // A command within this one must not take the work directory that this one has.
    KISS_PID: isNested ? '' : (environment.KISS_PID ?? ''),
  }
  const settings = Object.entries(variables)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
  const argv = asUser(['env', ...settings, ownExecutable(), ...words], program, owner)
  return await runAttached(argv, `change ${config.root || '/'} as ${owner.name}`, {
    env: environment,
    output: 'output',
  })
}
