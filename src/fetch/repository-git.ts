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
  /** For what only looks: asks nobody for a password. */
  readonly look: (...words: readonly string[]) => Promise<RunResult>
  /** For what changes the tree. */
  readonly change: (...words: readonly string[]) => Promise<Changed>
}

/**
 * Git changes a repository as its owner, with the owner's settings and keys: others must leave no files of their own in it, and git
 * refuses what belongs to somebody else. Root becomes the owner by itself; others need the program of KISS_SU.
 */
export function repositoryGit(place: string, { environment, switchUser }: GitSettings): RepositoryGit {
  const { owner: id = 0, group = 0 } = fileInfo(place) ?? {}
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
  const start = (argv: readonly string[], env = plain) => run(argv, 'update repositories', { env })
  // It may ask for a password, and shows what it does itself.
  const attached = async (argv: readonly string[]): Promise<Changed> => {
    const status = await runAttached(argv, 'update repositories', { env: plain, output: 'error' })
    return { status, stdout: '', stderr: `${argv[0]} ended with status ${status}` }
  }
  const asRoot = (words: readonly string[]) =>
    start(['setpriv', `--reuid=${id}`, `--regid=${group}`, '--clear-groups', '--', ...git(words)], {
      ...plain,
      ...identityOf(owner),
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
    change: (...words) => {
      if (program !== undefined) return attached(asUser(git(words), program, owner))
      return isForeign && own === 0 ? asRoot(words) : start(git(words))
    },
  }
}

/** Whose settings, keys and known hosts git and ssh use. */
function identityOf({ name, home }: Account) {
  const none = { XDG_CONFIG_HOME: undefined, XDG_CACHE_HOME: undefined, SSH_AUTH_SOCK: undefined, GNUPGHOME: undefined }
  return { LOGNAME: name, USER: name, HOME: home ?? '/', ...none }
}
