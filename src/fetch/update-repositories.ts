import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { fileInfo, isDirectory, isFile, readText } from '../system/files.ts'
import { run } from '../system/process.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Pulls every git repository among the directories of KISS_PATH that has an upstream, each once, as its owner; tells its
 * MOTD. Other directories are only visited for hooks and MOTD; those that do not exist are passed over. Throws
 * `update-failed`, `hook-failed`.
 */
export async function updateRepositories(
  directories: readonly string[],
  environment: Environment,
  context: Context,
): Promise<void> {
  const seen = new Set<string>()
  for (const directory of directories.filter(isDirectory)) {
    const top = await topLevel(directory, environment)
    const place = top ?? directory
    if (seen.has(place)) continue
    seen.add(place)
    await updateRepository(place, top !== undefined, environment, context)
  }
}

async function updateRepository(
  place: string,
  isGit: boolean,
  environment: Environment,
  context: Context,
): Promise<void> {
  const say = (text: string): void => context.emit({ kind: 'notice', level: 'info', text })
  say(place)
  const owner = fileInfo(place)?.owner ?? 0
  const isOther = isGit && owner !== process.getuid?.()
  await context.hooks.run('pre-update', [isOther ? '1' : '0', String(owner)], place)
  if (isGit) {
    const config = await git(place, ['config', '--get', 'merge.verifySignatures'], environment)
    if (config.stdout.trim() === 'true') say('signature verification enabled')
    const pull = await git(place, ['pull'], environment)
    if (pull.status !== 0) throw new KithError('update-failed', { repository: place, reason: lastLines(pull.stderr) })
    say(pull.stdout.trim())
    const modules = ['submodule', 'update', '--remote', '--init', '-f']
    const updated = await git(place, modules, environment)
    if (updated.status !== 0)
      throw new KithError('update-failed', { repository: place, reason: lastLines(updated.stderr) })
  }
  await context.hooks.run('post-update', [], place)
  const motd = join(place, 'MOTD')
  if (isFile(motd)) say(readText(motd).trimEnd())
}

/** Top of the working tree (that of the superproject for a submodule) where it has an upstream; undefined otherwise. */
async function topLevel(directory: string, environment: Environment): Promise<string | undefined> {
  const upstream = await git(directory, ['rev-parse', '--verify', '--quiet', 'HEAD@{upstream}'], environment)
  if (upstream.status !== 0) return undefined
  const outer = (await git(directory, ['rev-parse', '--show-superproject-working-tree'], environment)).stdout.trim()
  if (outer !== '') return outer
  return (await git(directory, ['rev-parse', '--show-toplevel'], environment)).stdout.trim() || undefined
}

/** Git as the owner of the repository: root must leave no files of its own in a user's, and git would refuse. */
async function git(place: string, words: readonly string[], environment: Environment) {
  const { owner = 0, group = 0 } = fileInfo(place) ?? {}
  const isRootForOther = process.getuid?.() === 0 && owner !== 0
  const identity = ['setpriv', `--reuid=${owner}`, `--regid=${group}`, '--clear-groups', '--']
  const env = { ...environment, GIT_TERMINAL_PROMPT: '0' }
  const argv = [...(isRootForOther ? identity : []), 'git', '-C', place, ...words]
  return await run(argv, 'update repositories', { env })
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join('; ')
}
