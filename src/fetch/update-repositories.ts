import { join } from 'node:path'
import { isKithError, KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { isDirectory, isFile, readText } from '../system/files.ts'
import { type GitSettings, type RepositoryGit, repositoryGit } from './repository-git.ts'
import { lastLines, updateSubmodules, verifiesSignatures } from './update-submodules.ts'

/**
 * Pulls every git repository among the directories of KISS_PATH that has an upstream, each once, as its owner; tells its
 * MOTD. Other directories are only visited for hooks and MOTD; those that do not exist are passed over. Throws
 * `update-failed`, `hook-failed`, `interrupted`.
 */
export async function updateRepositories(
  directories: readonly string[],
  settings: GitSettings,
  context: Context,
): Promise<void> {
  const seen = new Set<string>()
  for (const directory of directories.filter(isDirectory)) {
    const top = await topLevel(repositoryGit(directory, settings))
    const place = top ?? directory
    if (seen.has(place)) continue
    seen.add(place)
    await updateRepository(repositoryGit(place, settings), top !== undefined, context)
  }
}

async function updateRepository(git: RepositoryGit, isGit: boolean, context: Context): Promise<void> {
  const { place, owner, isOther } = git
  const say = (text: string): void => context.emit({ kind: 'notice', level: 'info', text })
  say(isGit && isOther ? `${place} (as ${owner.name})` : place)
  await context.hooks.run('pre-update', [isGit && isOther ? '1' : '0', owner.name], place)
  if (isGit) {
    await pull(git, say)
    await updateSubmodules(git, say)
  }
  await context.hooks.run('post-update', [], place)
  const motd = readableText(join(place, 'MOTD'))
  if (motd !== undefined) say(motd.trimEnd())
  if (context.signal.aborted) throw new KithError('interrupted', {})
}

/** Undefined where there is no such file, or none for us to read. */
function readableText(path: string): string | undefined {
  try {
    return isFile(path) ? readText(path) : undefined
  } catch (error) {
    if (isKithError(error, 'io-failed')) return undefined
    throw error
  }
}

/** With verification git itself refuses what is not signed; it would not if it rebased, so then it must not. */
async function pull(git: RepositoryGit, say: (text: string) => void): Promise<void> {
  const verifies = await verifiesSignatures(git)
  if (verifies) say('signature verification enabled')
  const { status, stdout, stderr } = await git.change(
    'pull',
    ...(verifies ? ['--no-rebase', '--verify-signatures'] : []),
  )
  if (status !== 0) throw new KithError('update-failed', { repository: git.place, reason: lastLines(stderr) })
  if (stdout.trim() !== '') say(stdout.trim())
}

/** Top of the working tree (that of the superproject for a submodule) where it has an upstream; undefined otherwise. */
async function topLevel(git: RepositoryGit): Promise<string | undefined> {
  const upstream = await git.look('rev-parse', '--verify', '--quiet', 'HEAD@{upstream}')
  if (upstream.status !== 0) return undefined
  const outer = (await git.look('rev-parse', '--show-superproject-working-tree')).stdout.trim()
  return outer || (await git.look('rev-parse', '--show-toplevel')).stdout.trim() || undefined
}
