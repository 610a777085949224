import { join } from 'node:path'
import { makeDirectory, removeTree, setMode } from '../system/files.ts'

/** The directories of one build on the host, in KISS's layout: `<work>/{build,pkg}/<name>`. */
export interface WorkDirectory {
  readonly build: string
  readonly destdir: string
  readonly recipe: string
  /** Where a worker leaves the tarball. */
  readonly output: string
  /** What sandboxes are described with; no sandbox sees it. */
  readonly sandbox: string
}

/** Makes them anew and empty, with the same modes whatever the umask. Throws `io-failed`. */
export function makeWorkDirectory(work: string, name: string): WorkDirectory {
  const paths: WorkDirectory = {
    build: join(work, 'build', name),
    destdir: join(work, 'pkg', name),
    recipe: join(work, 'recipe', name),
    output: join(work, 'out', name),
    sandbox: join(work, 'sandbox', name),
  }
  for (const path of places(paths)) {
    removeTree(path)
    makeDirectory(path)
    setMode(path, 0o755)
  }
  return paths
}

/** Removes them, with all that a build left in them. Throws `io-failed`. */
export function removeWorkDirectory(paths: WorkDirectory): void {
  for (const path of places(paths)) removeTree(path)
}

function places({ build, destdir, recipe, output, sandbox }: WorkDirectory): string[] {
  return [build, destdir, recipe, output, sandbox]
}
