import { basename } from 'node:path'
import type { Context } from '../events/context.ts'
import { sourcePath } from '../fetch/source-path.ts'
import { archiveSuffix } from '../model/archive-suffix.ts'
import type { Recipe } from '../model/recipe.ts'
import type { Source } from '../model/sources.ts'
import type { MountOperation } from '../sandbox/spec.ts'
import type { BuildSettings } from './build-settings.ts'
import { refusePrivateSources } from './refuse-private.ts'
import { runWorker, type WorkerSurroundings } from './run-worker.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { SysrootPackages } from './sysroot-packages.ts'
import type { PackageResult, UnpackResult, UnpackSource } from './worker-job.ts'

type Surroundings = Omit<WorkerSurroundings, 'mounts' | 'writable'>

/**
 * Unpacks the recipe's sources into its build directory, and applies the user's patches, in a sandbox that can write nowhere else. Throws
 * `recipe-reads-private`, and what the worker throws.
 */
export async function runUnpacking(
  recipe: Recipe,
  settings: BuildSettings,
  surroundings: Surroundings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<UnpackResult> {
  const patches = recipe.override?.patches ?? []
  if (recipe.sources.length + patches.length === 0) return { kind: 'unpacked', newestMtime: undefined }
  refusePrivateSources(recipe)
  const build = sandboxPaths.build(recipe.name)
  const mounts: MountOperation[] = [
    { kind: 'bind', target: build, source: surroundings.work.build, isWritable: true },
    ...recipe.sources.map((source, index): MountOperation => {
      const path = sourcePath(settings.cacheDirectory, recipe.name, source)
      return { kind: 'bind', target: sandboxPaths.source(index), source: path, isWritable: false }
    }),
    ...patches.map((source, index): MountOperation => {
      return { kind: 'bind', target: sandboxPaths.patch(index), source, isWritable: false }
    }),
  ]
  const sources = recipe.sources.map((source, index) => unpackSource(source, index))
  const given = patches.map((shown, index) => ({ path: sandboxPaths.patch(index), shown }))
  const job = { kind: 'unpack', package: recipe.name, sources, patches: given } as const
  return await runWorker(job, 'unpacked', { ...surroundings, mounts, writable: [build] }, context)
}

function unpackSource(source: Source, index: number): UnpackSource {
  const path = sandboxPaths.source(index)
  const { destination } = source
  if (source.kind === 'git' || source.kind === 'directory') return { kind: 'tree', path, fileName: '', destination }
  const fileName = source.kind === 'remote' ? source.fileName : basename(source.path)
  const kind = archiveSuffix(fileName).kind === 'plain' ? 'file' : 'archive'
  return { kind, path, fileName, destination }
}

export interface PackagingInput {
  /** Base name of the tarball. */
  readonly artifact: string
  readonly epoch: number
  readonly sysroot: Pick<SysrootPackages, 'libraries' | 'aliases'>
}

/** Strips, detects, lists and packs what the build script installed. The tarball is in the output directory then. */
export async function runPackaging(
  recipe: Recipe,
  { artifact, epoch, sysroot }: PackagingInput,
  settings: BuildSettings,
  surroundings: Surroundings,
  context: Pick<Context, 'signal'>,
): Promise<PackageResult> {
  const { name } = recipe
  const { work } = surroundings
  const mounts: MountOperation[] = [
    { kind: 'bind', target: sandboxPaths.destdir(name), source: work.destdir, isWritable: true },
    { kind: 'bind', target: sandboxPaths.build(name), source: work.build, isWritable: false },
    { kind: 'bind', target: sandboxPaths.recipe(name), source: work.recipe, isWritable: false },
  ]
  const { compression, isStripping } = settings
  const job = {
    kind: 'package',
    package: name,
    artifact,
    compression,
    isStripping,
    newestMtime: epoch,
    libraries: sysroot.libraries,
    aliases: sysroot.aliases,
  } as const
  return await runWorker(job, 'packaged', { ...surroundings, mounts, writable: [sandboxPaths.destdir(name)] }, context)
}
