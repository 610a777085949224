import type { ArtifactComparison } from '../model/artifact-difference.ts'
import type { Compression } from '../model/artifact-name.ts'

/**
 * What the worker, kith itself inside a sandbox, is asked to do: parts of a build that handle hostile files. All paths are
 * those of the sandbox (sandbox-paths.ts).
 */
export type WorkerJob = UnpackJob | PackageJob | CompareJob

export interface UnpackJob {
  readonly kind: 'unpack'
  readonly package: string
  readonly sources: readonly UnpackSource[]
  /** Applied then, in this order; `shown` is where the user has it. */
  readonly patches: readonly { readonly path: string; readonly shown: string }[]
}

export interface UnpackSource {
  /** `archive`: unpacked with KISS's strip rule. `file`: copied. `tree`: its contents are copied. */
  readonly kind: 'archive' | 'file' | 'tree'
  readonly path: string
  /** Base name that a copied file gets, and by which an archive's format is known. */
  readonly fileName: string
  /** Relative to the build directory. */
  readonly destination: string | undefined
}

export interface UnpackResult {
  readonly kind: 'unpacked'
  /** Newest time of any archive member, in seconds; undefined without archives. */
  readonly newestMtime: number | undefined
}

export interface PackageJob {
  readonly kind: 'package'
  readonly package: string
  readonly compression: Compression
  /** Base name of the tarball. */
  readonly artifact: string
  readonly isStripping: boolean
  /** No time in the artifact is later, in seconds. */
  readonly newestMtime: number
  /** Shared libraries of the packages in the build's sysroot. */
  readonly libraries: readonly { readonly package: string; readonly path: string }[]
  /** Directories of the sysroot that are links to others, without leading slashes. */
  readonly aliases: readonly { readonly link: string; readonly target: string }[]
}

export interface PackageResult {
  readonly kind: 'packaged'
  readonly files: number
  readonly sizeBytes: number
  /** The tree that builds see of it, as printDigest writes it. */
  readonly output: string
  /** What it needs to run. */
  readonly needs: readonly string[]
  readonly inspected: readonly { readonly path: string; readonly type: string; readonly isStripped: boolean }[]
  readonly detected: readonly {
    readonly dependency: string
    readonly change: 'added' | 'promoted'
    readonly because: string
  }[]
  /** What the package offers and needs, as printOffers writes it. */
  readonly offers: string
  /** Files that give rights to whoever runs them, as the event `privileged-files` has them. */
  readonly privileged: readonly { readonly path: string; readonly privileges: readonly string[] }[]
  readonly warnings: readonly string[]
}

export interface CompareJob {
  readonly kind: 'compare'
  readonly package: string
  /** Tarballs. */
  readonly first: string
  readonly second: string
  /** Where diffoscope is looked for. */
  readonly searchPath: string
}

export interface CompareResult extends ArtifactComparison {
  readonly kind: 'compared'
}

export type WorkerResult =
  | UnpackResult
  | PackageResult
  | CompareResult
  | { readonly kind: 'failed'; readonly code: string; readonly details: unknown }
