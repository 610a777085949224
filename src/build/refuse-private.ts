import { resolve } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Recipe } from '../model/recipe.ts'
import { ancestorPaths, bytesText, childPath, parentPath, type TreePath, textBytes } from '../model/tree-path.ts'
import { realEntry, type TreeEntry, treeEntry, treeNames } from '../system/tree.ts'

/**
 * kith reads with the rights of whoever builds, and what it reads ends up in a package that everybody may read. So a recipe
 * must not lead out of its repository to something (`/etc/shadow`, `~/.ssh`) that not everybody may read anyway.
 *
 * What remains: this looks before the copy reads. Whoever may write in the repository can change a link in between, and a
 * repository that belongs neither to root nor to whoever builds is trusted as much as its owner.
 */

/** Everything that a recipe copies, its links followed. Throws `recipe-reads-private`, `io-failed`. */
export function refusePrivateRecipe(directory: string): void {
  judgeReal(bytesOf(directory), { ...homeOf(directory), isFollowing: true, seen: new Set() })
}

/** The recipe's local sources; links in a directory are unpacked as links. Throws `recipe-reads-private`, `io-failed`. */
export function refusePrivateSources({ directory, sources }: Pick<Recipe, 'directory' | 'sources'>): void {
  const walk = { ...homeOf(directory), isFollowing: false, seen: new Set<TreePath>() }
  for (const source of sources) if ('path' in source) judgeReal(bytesOf(source.path), walk)
}

/** Paths are real ones, as bytes. */
interface Walk {
  readonly recipe: TreePath
  readonly repository: TreePath
  readonly isFollowing: boolean
  readonly seen: Set<TreePath>
}

function bytesOf(path: string): string {
  // What is absolute stays as it is: `..` behind a link is not what it seems.
  return textBytes(path.startsWith('/') ? path : resolve(path))
}

function homeOf(directory: string): Pick<Walk, 'recipe' | 'repository'> {
  const recipe = realEntry(bytesOf(directory))?.path ?? (bytesOf(directory) as TreePath)
  return { recipe, repository: parentPath(recipe) }
}

/** What `shown` leads to: also by its directories, since a file that everybody may read can be out of reach. */
function judgeReal(shown: string, walk: Walk): void {
  const entry = realEntry(shown)
  if (entry === undefined) return
  const isClosed = (path: TreePath): boolean => ((treeEntry('', path)?.mode ?? 0) & 0o001) === 0
  const foreign = ancestorPaths(entry.path).filter((path) => !isInside(path, walk) && !isAbove(path, walk.repository))
  if (!isInside(entry.path, walk) && foreign.some(isClosed)) throw refusal(shown, entry)
  judge(shown, entry, walk)
}

function judge(shown: string, entry: TreeEntry, walk: Walk): void {
  if (walk.seen.has(entry.path)) return
  walk.seen.add(entry.path)
  if (!isInside(entry.path, walk) && isPrivate(entry)) throw refusal(shown, entry)
  if (entry.kind !== 'directory') return
  for (const name of treeNames('', entry.path)) {
    const child = treeEntry('', childPath(entry.path, name))
    if (child === undefined) continue
    if (child.kind !== 'symlink') judge(`${shown}/${name}`, child, walk)
    else if (walk.isFollowing) judgeReal(`${shown}/${name}`, walk)
  }
}

/**
 * In the recipe, or elsewhere in its repository: there, modes only tell the umask of whoever cloned it. Hidden directories
 * beside recipes are no part of it: `.git`, or `.ssh` where somebody keeps a recipe right in their home.
 */
function isInside(path: TreePath, { recipe, repository }: Walk): boolean {
  if (path === recipe || isAbove(recipe, path)) return true
  if (repository === '/') return false
  return path === repository || (isAbove(repository, path) && !path.startsWith(`${repository}/.`))
}

function isAbove(directory: TreePath, path: TreePath): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)
}

/** Devices and the like are never copied. In /proc the kernel asks for more than modes. */
function isPrivate({ path, kind, mode }: TreeEntry): boolean {
  if (isAbove('/proc' as TreePath, path)) return true
  if (kind === 'directory') return (mode & 0o005) !== 0o005
  return kind === 'file' && (mode & 0o004) === 0
}

function refusal(shown: string, { path }: TreeEntry): KithError {
  return new KithError('recipe-reads-private', { path: bytesText(shown), target: bytesText(path) })
}
