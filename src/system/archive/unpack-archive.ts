import { stripTopDirectories } from './kiss-strip.ts'
import { type UnpackFileOptions, unpackFile } from './unpack-artifact.ts'

/**
 * Unpacks a source archive into `destination`, merging with what is there, and flattens its top directories as KISS does.
 * Only the end of `fileName` says how it is compressed. Gives the newest time in it, in seconds (undefined: no members).
 * Throws `archive-invalid`, `program-missing`, `io-failed`.
 */
export async function unpackArchive(
  { path, fileName }: { readonly path: string; readonly fileName: string },
  destination: string,
  options: UnpackFileOptions = {},
): Promise<number | undefined> {
  const { newestMtime, firstComponents } = await unpackFile(path, fileName, destination, { ...options, kind: 'source' })
  stripTopDirectories(destination, firstComponents, fileName)
  return newestMtime
}
