import { parentPath, type TreePath, treePathFault } from '../model/tree-path.ts'

/** An ELF file as far as the loader's search for its libraries goes. */
export interface SearchingFile {
  readonly path: TreePath
  readonly rpath: string | undefined
  readonly runpath: string | undefined
}

/** Where the loader looks for what no search path names. */
export const standardDirectories = [
  '/lib',
  '/usr/lib',
  '/lib64',
  '/usr/lib64',
  '/lib32',
  '/usr/lib32',
  '/libx32',
  '/usr/libx32',
  '/usr/local/lib',
]

/** Where the loader would look for `library`, in its order; absolute elements of a search path left out. */
export function candidatePaths(library: string, file: SearchingFile): TreePath[] {
  if (library.includes('/')) return treePaths([library])
  const all = [...searchDirectories(file), ...standardDirectories]
  return treePaths(all.map((directory) => `${directory === '/' ? '' : directory}/${library}`))
}

/** The directories of a file's own search path: those relative to itself, and `withFixed` absolute ones. */
export function searchDirectories({ path, rpath, runpath }: SearchingFile, { withFixed = false } = {}): string[] {
  const origin = parentPath(path)
  return pathElements(runpath ?? rpath).flatMap((element) => {
    const rest = /^\$(?:ORIGIN|\{ORIGIN\})((?:\/.*)?)$/s.exec(element)?.[1]
    if (rest !== undefined) return [normalize(`${origin}/${rest}`)]
    return withFixed && element.startsWith('/') ? [normalize(element)] : []
  })
}

/** Whether a search path has elements that are not relative to the file. */
export function hasFixedSearchPath({ rpath, runpath }: SearchingFile): boolean {
  return [rpath, runpath].some((path) =>
    pathElements(path).some((element) => !/^\$(?:ORIGIN|\{ORIGIN\})/.test(element)),
  )
}

function pathElements(searchPath: string | undefined): string[] {
  return searchPath?.split(':').filter((element) => element !== '') ?? []
}

/** Those that can be paths in a tree. */
function treePaths(paths: readonly string[]): TreePath[] {
  return paths.filter((path): path is TreePath => treePathFault(path) === undefined)
}

/** Without empty, `.` and `..` segments; links are the lookups' business. */
function normalize(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
