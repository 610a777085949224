import { join } from 'node:path'
import type { ManifestEntry } from '../model/manifest.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import { unpackArtifact } from '../system/archive/unpack-artifact.ts'
import { digestText } from '../system/digests.ts'
import { fileInfo, isDirectory, makeDirectory, makeTemporaryDirectory, removeTree, renameNew } from '../system/files.ts'
import { copyEntries, mergeDirectory, treeEntry } from '../system/tree.ts'
import type { DirectoryAlias } from './sysroot.ts'

/** A package that becomes a layer: a built tarball, or what a root has installed. */
export type LayerSource =
  | { readonly kind: 'artifact'; readonly name: string; readonly file: string }
  | {
      readonly kind: 'installed'
      readonly name: string
      readonly root: string
      readonly entries: readonly ManifestEntry[]
    }

/**
 * The directory of a layer, made at the first use and never changed after: keyed by what the source is now, put in place
 * by one rename. What the source has below an alias (`/lib64`) is moved to where the alias leads. Throws `io-failed`,
 * `archive-invalid`.
 */
export async function ensureLayer(
  source: LayerSource,
  aliases: readonly DirectoryAlias[],
  layersDirectory: string,
): Promise<string> {
  const aliasText = aliases.map(({ link, target }) => `${link}=${target}`).join(' ')
  const key = digestText(`${identity(source)}\n${aliasText}`).slice(0, 24)
  const layer = join(layersDirectory, `${source.name}-${key}`)
  if (isDirectory(layer)) return layer
  makeDirectory(layersDirectory)
  const draft = makeTemporaryDirectory(layersDirectory, '.draft-')
  try {
    if (source.kind === 'artifact') await unpackArtifact(source.file, draft)
    else copyEntries(source.root, source.entries, draft)
    for (const { link, target } of aliases) {
      const misplaced = treeEntry(draft, textTreePath(`/${link}`))
      if (misplaced?.kind === 'directory') mergeDirectory(draft, textTreePath(`/${link}`), textTreePath(`/${target}`))
    }
    renameNew(draft, layer)
    return layer
  } finally {
    removeTree(draft)
  }
}

/** Changes whenever the content may have: size, time and inode of the tarball, or of every installed file. */
function identity(source: LayerSource): string {
  if (source.kind === 'artifact') {
    const info = fileInfo(source.file)
    return `artifact ${source.file} ${info?.sizeBytes} ${info?.mtimeMs} ${info?.inode}`
  }
  const lines = source.entries.map(({ path }) => {
    const entry = treeEntry(source.root, path)
    const state =
      entry?.kind === 'directory' ? `${entry.mode}` : `${entry?.sizeBytes} ${entry?.mtimeMs} ${entry?.inode}`
    return `${bytesText(path)} ${entry?.kind} ${state}`
  })
  return `installed ${source.root}\n${lines.join('\n')}`
}
