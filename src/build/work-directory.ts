import { join } from 'node:path'
import { makeDirectory, removeTree } from '../system/files.ts'

/** The directories of one build on the host, in KISS's layout: `<work>/{build,pkg}/<name>`. */
export interface WorkDirectory {
  readonly root: string
  readonly build: string
  readonly destdir: string
  readonly recipe: string
  readonly output: string
}

/** Makes them anew and empty. Throws `io-failed`. */
export function makeWorkDirectory(work: string, name: string): WorkDirectory {
  const paths: WorkDirectory = {
    root: work,
    build: join(work, 'build', name),
    destdir: join(work, 'pkg', name),
    recipe: join(work, 'recipe', name),
    output: join(work, 'out', name),
  }
  for (const path of [paths.build, paths.destdir, paths.recipe, paths.output]) {
    removeTree(path)
    makeDirectory(path)
  }
  return paths
}
