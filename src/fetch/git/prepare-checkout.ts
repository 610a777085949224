import { join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { linkInfo, makeDirectory, removeTree, writeFileAtomic } from '../../system/files.ts'
import { type GitOptions, runLocalGit } from './run-git.ts'

/**
 * Makes `options.checkout` a repository that is safe to work in: a new one, or what an earlier kith or sh kiss left
 * there. Its settings are written anew and its hooks, attributes and locks of a killed git go away, because git runs
 * programs that they name. The caller holds the lock of the source. `url` is without credentials. Throws `io-failed`.
 */
export async function prepareCheckout(url: string, options: GitOptions): Promise<void> {
  const { checkout } = options
  const kind = linkInfo(checkout)?.kind
  // Cleaning a checkout removes files: never those of a directory that somebody linked to.
  if (kind !== undefined && kind !== 'directory')
    throw new KithError('io-failed', { action: 'use checkout', path: checkout, reason: 'it is no directory' })
  const repository = join(checkout, '.git')
  if (!isUsable(repository)) {
    removeTree(repository)
    makeDirectory(checkout)
    // An empty template: the user's could bring hooks.
    const { status, stderr } = await runLocalGit(['init', '--quiet', '--template='], options)
    if (status !== 0)
      throw new KithError('io-failed', { action: 'make git repository', path: checkout, reason: stderr.trim() })
  }
  for (const name of ['hooks', 'info', 'config.worktree', 'index.lock', 'shallow.lock', 'HEAD.lock', 'config.lock'])
    removeTree(join(repository, name))
  writeFileAtomic(join(repository, 'config'), printConfiguration(url))
}

function isUsable(repository: string): boolean {
  const isThere = (name: string, kind: string) => linkInfo(join(repository, name))?.kind === kind
  const isRepository = isThere('', 'directory') && isThere('HEAD', 'file') && isThere('objects', 'directory')
  return isRepository && isThere('refs', 'directory') && linkInfo(join(repository, 'commondir')) === undefined
}

function printConfiguration(url: string): string {
  const quoted = `"${url.replace(/[\\"]/g, '\\$&')}"`
  return `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = false
[remote "origin"]
	url = ${quoted}
	fetch = +refs/heads/*:refs/remotes/origin/*
`
}
