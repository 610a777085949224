import { type Account, accountOf } from '../system/accounts.ts'
import { fileInfo } from '../system/files.ts'
import { type RunResult, run, runAttached } from '../system/process.ts'
import { asUser, findUserSwitch } from '../system/switch-user.ts'

export interface GitSettings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** KISS_SU. */
  readonly switchUser: string
}

type Changed = Pick<RunResult, 'status' | 'stdout' | 'stderr'>

/** Git in one working tree, for its owner. */
export interface RepositoryGit {
  readonly place: string
  readonly owner: Account
  /** Whether another user's rights are needed to change it. */
  readonly isOther: boolean
  /** For what reads names and settings, and runs nothing that the repository says: asks nobody for a password. */
  readonly look: (...words: readonly string[]) => Promise<RunResult>
  /** For what reads the tree or verifies: its settings may name programs, so it runs as the owner, as a change does. */
  readonly inspect: (...words: readonly string[]) => Promise<RunResult>
  /** For what changes the tree. */
  readonly change: (...words: readonly string[]) => Promise<Changed>
}

/**
 * Git changes a repository as its owner, with the owner's settings and keys: others must leave no files of their own in it, and git
 * refuses what belongs to somebody else. Root becomes the owner by itself; others need the program of KISS_SU.
 */
export function repositoryGit(place: string, { environment, switchUser }: GitSettings): RepositoryGit {
  const { owner: id = 0 } = fileInfo(place) ?? {}
  const owner = accountOf(id)
  const own = process.getuid?.()
  const isOther = environment.LOGNAME ? environment.LOGNAME !== owner.name : id !== own
  const plain = {
    ...environment,
    GIT_TERMINAL_PROMPT: '0',
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
  }
  const git = (words: readonly string[]): string[] => ['git', '-C', place, ...words]
  const start = (argv: readonly string[]) => run(argv, 'update repositories', { env: plain })
  // It may ask for a password, and shows what it does itself.
  const attached = async (argv: readonly string[]): Promise<Changed> => {
    const status = await runAttached(argv, 'update repositories', { env: plain, output: 'error' })
    return { status, stdout: '', stderr: `${argv[0]} ended with status ${status}` }
  }
  const asRoot = (words: readonly string[]) =>
    run(['setpriv', ...rightsOf(owner), '--', ...git(words)], 'update repositories', {
      env: { ...handedOver(environment), ...identityOf(owner) },
    })
  const program =
    (id !== own && own !== 0) || (isOther && switchUser !== '')
      ? findUserSwitch(switchUser, environment.PATH ?? '')
      : undefined
  const isForeign = id !== own
  return {
    place,
    owner,
    isOther,
    look: (...words) => {
      if (isForeign && own === 0) return asRoot(words)
      return start(git(isForeign ? ['-c', 'safe.directory=*', ...words] : words))
    },
    inspect: (...words) => {
      if (isForeign && own === 0) return asRoot(words)
      if (program === undefined) return start(git(words))
      return run(asUser(git(words), program, owner), 'update repositories', { env: plain, asks: true })
    },
    change: (...words) => {
      if (program !== undefined) return attached(asUser(git(words), program, owner))
      return isForeign && own === 0 ? asRoot(words) : start(git(words))
    },
  }
}

/** The owner's own groups, never those of the directory: they may be root's. */
function rightsOf({ id, group }: Account): string[] {
  const groups = group === undefined ? [`--regid=${id}`, '--clear-groups'] : [`--regid=${group}`, '--init-groups']
  return [`--reuid=${id}`, ...groups]
}

/** Root's environment is not for what another user's repository runs: of it there is only what says how to reach and to print. */
function handedOver(environment: GitSettings['environment']) {
  const isPlain = (name: string): boolean =>
    /^(?:PATH|TERM|TZ|LANG|LC_\w+|(?:https?|ftp|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM))$/i.test(
      name,
    )
  const kept = Object.entries(environment).filter(([name]) => isPlain(name))
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0' }
}

/** Whose settings, keys and known hosts git and ssh use. */
function identityOf({ name, home }: Account) {
  return { LOGNAME: name, USER: name, HOME: home ?? '/' }
}
