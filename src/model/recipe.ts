import type { ChecksumLine } from './checksums.ts'
import type { Dependency } from './depends.ts'
import type { Override } from './override.ts'
import type { PackageName } from './package-name.ts'
import type { Problem } from './problem.ts'
import type { Provided } from './provides.ts'
import type { Source, SourceLine } from './sources.ts'
import type { Version } from './version.ts'

/** A package directory, read: what can be built. */
export interface Recipe {
  readonly name: PackageName
  readonly format: 'kiss' | 'puke'
  /** Absolute path of the package directory as found (links in it not resolved). */
  readonly directory: string
  readonly version: Version
  readonly dependencies: readonly Dependency[]
  /** Real sources only, in file order. */
  readonly sources: readonly Source[]
  /** Every line of the file, comments included: hooks are called for each. */
  readonly sourceLines: readonly SourceLine[]
  /**
   * One for each line of the file; in the `puke` format put into the order of the sources. Undefined: there is no `checksums`
   * file. Empty when no source has a checksum: what the file holds does not matter then.
   */
  readonly checksums: readonly ChecksumLine[] | undefined
  readonly checksumsFile: string
  /** A file `alone` is there: no other build may run at the same time. */
  readonly runsAlone?: boolean
  /** What the user changes of it; the dependencies are as changed. */
  readonly override?: Override
}

/** A reader's result: the recipe (undefined when a problem is an error: it cannot be built) and everything it found. */
export interface RecipeReading {
  readonly name: string
  readonly directory: string
  readonly recipe: Recipe | undefined
  /** Known even when the recipe cannot be built: enough to plan, and to install a tarball. */
  readonly version: Version | undefined
  readonly dependencies: readonly Dependency[]
  /** Names that it answers to besides its own. */
  readonly provides: readonly Provided[]
  /** Every line of the sources file that can be told from its text, comments included. */
  readonly sourceLines: readonly SourceLine[]
  /** As in the recipe. */
  readonly checksums: readonly ChecksumLine[] | undefined
  readonly problems: readonly Problem[]
  /** What the user changes of it. */
  readonly override?: Override
}
