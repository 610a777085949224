import { dirname, join, relative } from 'node:path'
import { linkInfo, realPath } from '../../system/files.ts'
import { type GitOptions, runLocalGit } from './run-git.ts'

/**
 * `Name <mail>` of who last changed `file` of `directory`; undefined where that is in no git repository, or never was committed.
 * The repository may be anybody's: nothing that its settings name is run. Throws `program-missing`, `interrupted`.
 */
export async function lastAuthor(
  directory: string,
  file: string,
  options: Pick<GitOptions, 'environment' | 'signal'>,
): Promise<string | undefined> {
  const place = realPath(directory)
  const checkout = findCheckout(place)
  if (checkout === undefined) return undefined
  const path = join(relative(checkout, place), file)
  const argv = ['log', '-1', '--no-show-signature', '--format=%an <%ae>', '--', `:(literal)${path}`]
  const { status, stdout } = await runLocalGit(argv, { ...options, checkout })
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

function findCheckout(directory: string): string | undefined {
  for (let place = directory; ; place = dirname(place)) {
    if (linkInfo(join(place, '.git')) !== undefined) return place
    if (place === dirname(place)) return undefined
  }
}
