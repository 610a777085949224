import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { printable } from '../errors/printable.ts'
import { isFile } from '../system/files.ts'
import type { RepositoryGit } from './repository-git.ts'

/**
 * Brings the submodules of a repository to the tips of their branches. Git verifies signatures only where it merges, so where a submodule
 * asks for it the new tip is verified here, and one that is not signed well is not left in place. Throws `update-failed`.
 */
export async function updateSubmodules(git: RepositoryGit, say: (text: string) => void): Promise<void> {
  const before = await submoduleCommits(git)
  const { status, stdout, stderr } = await git.change('submodule', 'update', '--remote', '--init', '-f')
  if (status !== 0) throw new KithError('update-failed', { repository: git.place, reason: lastLines(stderr) })
  if (stdout.trim() !== '') say(stdout.trim())
  for (const [path, commit] of await submoduleCommits(git)) {
    // Also what was there before: whoever checked it out may have died before it was verified.
    if (!(await verifiesSignatures(git, path))) continue
    say(`signature verification enabled for ${path}`)
    const verified = await git.inspect('-C', path, 'verify-commit', commit)
    if (verified.status === 0) continue
    await takeBack(git, path, before.get(path) === commit ? undefined : before.get(path))
    const reason = `commit ${commit} of submodule ${path} has no good signature: ${lastLines(verified.stderr)}`
    throw new KithError('update-failed', { repository: git.place, reason })
  }
}

/** Git's setting `merge.verifySignatures`, in any of its spellings of yes. */
export async function verifiesSignatures(git: RepositoryGit, module = '.'): Promise<boolean> {
  const { stdout } = await git.look('-C', module, 'config', '--type=bool', '--get', 'merge.verifySignatures')
  return stdout.trim() === 'true'
}

/** The end of what git said, for an error. */
export function lastLines(text: string): string {
  return printable(text.trim()).split('\n').slice(-3).join('; ')
}

/** Of those that are checked out: path to commit. */
async function submoduleCommits(git: RepositoryGit): Promise<ReadonlyMap<string, string>> {
  if (!isFile(join(git.place, '.gitmodules'))) return new Map()
  const { stdout } = await git.inspect('submodule', 'status')
  const lines = stdout.split('\n').flatMap((line) => {
    const [, commit, path] = /^[ +U]([0-9a-f]+) (.*?)(?: \(.*\))?$/.exec(line) ?? []
    return commit === undefined || path === undefined ? [] : [[path, commit] as const]
  })
  return new Map(lines)
}

async function takeBack(git: RepositoryGit, path: string, commit: string | undefined): Promise<void> {
  if (commit === undefined) await git.change('submodule', 'deinit', '-f', '--', path)
  else await git.change('-C', path, 'checkout', '--quiet', '--force', '--detach', commit)
}
