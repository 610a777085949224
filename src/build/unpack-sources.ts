import { dirname } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { unpackArchive } from '../system/archive/unpack-archive.ts'
import { confineTo } from '../system/confine.ts'
import { copyPath, linkInfo, makeDirectory } from '../system/files.ts'
import { copyTree } from '../system/tree.ts'
import { applyPatches } from './apply-patches.ts'
import { givePlainModes } from './plain-modes.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { UnpackJob, UnpackResult, UnpackSource } from './worker-job.ts'

/** Puts every source where the recipe wants it in the build directory, in file order; later ones overwrite and merge. */
export async function unpackSources(job: UnpackJob): Promise<UnpackResult> {
  let newestMtime: number | undefined
  for (const source of job.sources) {
    const mtime = await unpackSource(job.package, source)
    if (mtime !== undefined) newestMtime = Math.max(newestMtime ?? 0, mtime)
  }
  await applyPatches(job)
  return { kind: 'unpacked', newestMtime }
}

/** Gives the newest time in an archive. Throws `source-not-unpacked` where the source or its place is not to be trusted. */
async function unpackSource(name: string, source: UnpackSource): Promise<number | undefined> {
  try {
    return await placeSource(source, makeDestination(sandboxPaths.build(name), source.destination ?? ''))
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'archive-invalid') throw error
    const reason = error.message.replace(/^Cannot unpack "[^"]*": /, '')
    throw new KithError('source-not-unpacked', { package: name, source: source.fileName, path: source.path, reason })
  }
}

/** An earlier source may have put a symlink where this one is to go. */
function makeDestination(buildDirectory: string, destination: string): string {
  const directory = confineTo(buildDirectory, destination)
  for (let path = directory; path !== buildDirectory; path = dirname(path))
    if (linkInfo(path)?.kind === 'symlink')
      throw new KithError('archive-invalid', {
        archive: destination,
        reason: `an earlier source has a symlink at "${destination}"`,
      })
  makeDirectory(directory)
  return directory
}

async function placeSource(source: UnpackSource, destination: string): Promise<number | undefined> {
  switch (source.kind) {
    case 'tree':
      copyTree(source.path, destination)
      givePlainModes(source.path, destination)
      return undefined
    case 'file': {
      const copy = confineTo(destination, source.fileName)
      copyPath(source.path, copy)
      givePlainModes(source.path, copy)
      return undefined
    }
    case 'archive':
      return await unpackArchive(source, destination)
  }
}
