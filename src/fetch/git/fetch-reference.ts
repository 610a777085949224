import { join } from 'node:path'
import type { GitSource } from '../../model/git-source.ts'
import { isFile } from '../../system/files.ts'
import type { RunResult } from '../../system/process.ts'
import { type GitOptions, runGit, runLocalGit } from './run-git.ts'

export type ReferenceOutcome =
  | { readonly kind: 'fetched'; readonly commit: string }
  | { readonly kind: 'temporary' | 'permanent'; readonly reason: string }

/**
 * Fetches one branch, tag, commit or the default branch of `origin`, one commit deep. Where the server gives out no
 * commits by their id, or the id is abbreviated, everything is fetched and the commit looked up.
 */
export async function fetchReference(
  reference: GitSource['reference'],
  options: GitOptions,
): Promise<ReferenceOutcome> {
  const wanted = wantedName(reference)
  const shallow = await fetchOne(wanted, options)
  if (shallow.status === 0) return await resolve('FETCH_HEAD', options)
  const failure = failureOf(shallow.stderr, reference)
  if (reference.kind !== 'commit' || failure.kind === 'temporary') return failure
  const isCommit = /^[0-9a-f]{4,64}$/i.test(wanted)
  if (!isCommit || !/not our ref|unadvertised|couldn't find remote ref|not allow/i.test(shallow.stderr)) return failure

  const depth = isFile(join(options.checkout, '.git/shallow')) ? ['--unshallow'] : []
  const everything = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
  const full = await runGit(['fetch', '--quiet', ...depth, 'origin', ...everything], options)
  if (full.status !== 0) return failureOf(full.stderr, reference)
  const found = await resolve(wanted, options)
  return found.kind === 'fetched' ? found : { kind: 'permanent', reason: missing(reference) }
}

async function fetchOne(wanted: string, options: GitOptions): Promise<RunResult> {
  const shallow = await runGit(['fetch', '--quiet', '--depth=1', 'origin', wanted], options)
  // A plain web server with a repository on it can only give everything.
  if (!/does not support shallow/i.test(shallow.stderr)) return shallow
  return await runGit(['fetch', '--quiet', 'origin', wanted], options)
}

function wantedName(reference: GitSource['reference']): string {
  switch (reference.kind) {
    case 'default':
      return 'HEAD'
    case 'branch-or-tag':
      return reference.name
    case 'commit':
      return reference.id
  }
}

async function resolve(name: string, options: GitOptions): Promise<ReferenceOutcome> {
  const { status, stdout, stderr } = await runLocalGit(['rev-parse', '--verify', `${name}^{commit}`], options)
  return status === 0 ? { kind: 'fetched', commit: stdout.trim() } : { kind: 'permanent', reason: stderr.trim() }
}

function failureOf(stderr: string, reference: GitSource['reference']): ReferenceOutcome {
  if (/couldn't find remote ref/i.test(stderr)) return { kind: 'permanent', reason: missing(reference) }
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const reason = lines.map((line) => line.replace(/^(fatal|error): /, '')).join('; ')
  return { kind: temporary.test(stderr) ? 'temporary' : 'permanent', reason: reason === '' ? 'git failed' : reason }
}

const temporary =
  /could not resolve host|failed to connect|connection (refused|reset|timed out|closed)|timed out|early EOF|unexpected disconnect|RPC failed|operation too slow|returned error: (5\d\d|429)/i

function missing(reference: GitSource['reference']): string {
  switch (reference.kind) {
    case 'default':
      return 'the repository has no default branch (is it empty?)'
    case 'branch-or-tag':
      return `it has no branch or tag "${reference.name}"`
    case 'commit':
      return `it has no commit "${reference.id}" on any branch or tag`
  }
}
