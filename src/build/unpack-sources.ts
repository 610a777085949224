import { unpackArchive } from '../system/archive/unpack-archive.ts'
import { confineTo } from '../system/confine.ts'
import { copyPath, makeDirectory } from '../system/files.ts'
import { copyTree } from '../system/tree.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { UnpackJob, UnpackResult, UnpackSource } from './worker-job.ts'

/** Puts every source where the recipe wants it in the build directory, in file order; later ones overwrite and merge. */
export async function unpackSources(job: UnpackJob): Promise<UnpackResult> {
  const buildDirectory = sandboxPaths.build(job.package)
  let newestMtime: number | undefined
  for (const source of job.sources) {
    const destination = confineTo(buildDirectory, source.destination ?? '')
    makeDirectory(destination)
    const mtime = await placeSource(source, destination)
    if (mtime !== undefined) newestMtime = Math.max(newestMtime ?? 0, mtime)
  }
  return { kind: 'unpacked', newestMtime }
}

/** Gives the newest time in an archive. */
async function placeSource(source: UnpackSource, destination: string): Promise<number | undefined> {
  switch (source.kind) {
    case 'tree':
      copyTree(source.path, destination)
      return undefined
    case 'file':
      copyPath(source.path, confineTo(destination, source.fileName))
      return undefined
    case 'archive':
      return await unpackArchive(source, destination)
  }
}
