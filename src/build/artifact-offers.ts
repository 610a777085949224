import type { PackageOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { collectOffers, type OfferingFile } from '../plan/collect-offers.ts'
import { ensureLayer } from '../sandbox/layers.ts'
import { openElfTree } from '../system/elf/elf-tree.ts'
import { walkTree } from '../system/tree.ts'
import { readOffersBeside } from './artifact-cache.ts'

/**
 * What the package in a tarball offers and needs: as it was kept when it was built, else as its files are, which are unpacked as a layer
 * for that. Throws what ensureLayer throws.
 */
export async function readArtifactOffers(
  { name, artifact }: { readonly name: PackageName; readonly artifact: string },
  layersDirectory: string,
): Promise<PackageOffers> {
  const kept = readOffersBeside(artifact)
  if (kept !== undefined) return kept
  const layer = await ensureLayer({ kind: 'artifact', name, file: artifact }, [], layersDirectory)
  const files = [...walkTree(layer)].flatMap(({ path, kind, mode }): OfferingFile[] =>
    kind === 'file' || kind === 'symlink' ? [{ path, kind, isExecutable: (mode & 0o111) !== 0 }] : [],
  )
  return collectOffers({ ...openElfTree(layer), files })
}
