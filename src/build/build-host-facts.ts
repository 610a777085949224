import { type DiskSpace, diskSpace } from '../system/disk-space.ts'
import { fileInfo, readDirectory } from '../system/files.ts'
import { isLocked } from '../system/is-locked.ts'
import { type PlaceOptions, placeOptions } from '../system/mount-options.ts'
import { findProgram } from '../system/process.ts'

/** What `kith doctor` asks about the places and tools that builds use; judged by judgeBuildHost(). */
export interface BuildHostFacts {
  readonly places: readonly PlaceFacts[]
  /** Programs of the host that are there. */
  readonly tools: ReadonlySet<string>
  /** A package `base` is installed or built: builds bring their tools. */
  readonly hasBase: boolean
  readonly now: Date
  readonly repositories: readonly { readonly path: string; readonly recipes: number | undefined }[]
  readonly lock: { readonly path: string; readonly isHeld: boolean | undefined }
}

export interface PlaceFacts {
  readonly role: 'cache' | 'work' | 'root'
  readonly path: string
  readonly space: DiskSpace
  readonly options: PlaceOptions
}

export interface BuildHostQuestions {
  readonly cacheDirectory: string
  readonly workParent: string
  readonly root: string
  readonly searchPath: string
  readonly repositories: readonly string[]
  readonly hasBase: boolean
  readonly now: Date
  readonly lock: string
}

/** Tools that are looked for, and what for. */
export const hostTools = {
  sh: 'most build scripts are run by it',
  cc: 'most recipes compile C',
  make: 'most recipes are built with it',
  strip: 'without it nothing that is built is stripped',
  git: 'git sources and kith update need it',
  xz: 'sources that end in .tar.xz need it',
  bzip2: 'sources that end in .tar.bz2 need it',
} as const

export type HostTool = keyof typeof hostTools

/** Asks; changes nothing. Throws `io-failed`. */
export function readBuildHostFacts(questions: BuildHostQuestions): BuildHostFacts {
  const { cacheDirectory, workParent, root, searchPath, repositories, hasBase, now, lock } = questions
  const place = (role: PlaceFacts['role'], path: string): PlaceFacts => {
    const options = placeOptions(path)
    return { role, path, options, space: diskSpace(options.directory) }
  }
  const isThere = (name: string): boolean => findProgram(alternatives[name] ?? [name], searchPath) !== undefined
  return {
    places: [place('cache', cacheDirectory), place('work', workParent), place('root', root || '/')],
    tools: new Set(Object.keys(hostTools).filter(isThere)),
    hasBase,
    now,
    repositories: repositories.map((path) => ({ path, recipes: countRecipes(path) })),
    lock: { path: lock, isHeld: isLocked(lock) },
  }
}

const alternatives: Readonly<Record<string, readonly string[]>> = {
  strip: ['strip', 'llvm-strip'],
  bzip2: ['bzip2', 'lbzip2'],
}

/** Undefined where there is no such directory, or none that this user can read. */
function countRecipes(path: string): number | undefined {
  try {
    const names = fileInfo(path)?.kind === 'directory' ? readDirectory(path) : undefined
    return names?.filter((name) => !name.startsWith('.')).length
  } catch {
    return undefined
  }
}
