import { basename } from 'node:path'
import { writeChunks } from './archive-file.ts'
import { type ArchiveCompression, compressor } from './compress.ts'
import { type PackOptions, packTree } from './pack-tree.ts'

export interface PackArtifactOptions extends PackOptions {
  readonly compression: ArchiveCompression
  /** Where compressors are looked for; PATH when not given. */
  readonly searchPath?: string | undefined
}

/**
 * Packs what is in `directory` into the tarball `file`, which is there complete and on the disk afterwards or not at all.
 * Gives its size in bytes. Throws `io-failed`, `program-missing`, `archive-invalid` (the compressor failed).
 */
export async function packArtifact(directory: string, file: string, options: PackArtifactOptions): Promise<number> {
  const compress = compressor(options.compression, { archive: basename(file), searchPath: options.searchPath })
  return await writeChunks(file, compress(packTree(directory, options)))
}
