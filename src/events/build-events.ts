import type { BuildCause } from '../model/build-cause.ts'

export interface PlanMade {
  readonly kind: 'plan-made'
  readonly explicit: readonly string[]
  readonly implicit: readonly string[]
  readonly steps: readonly {
    readonly package: string
    readonly reason: 'explicit' | 'implicit' | 'rebuild'
    readonly hasNetwork: boolean
    /** Packages that are built first: if they turn out as they were, this one is not built. */
    readonly unlessUnchanged?: readonly string[]
  }[]
  /** Artifacts that are there already and will be used as they are. */
  readonly cached: readonly string[]
  /** What binary repositories have, and is fetched from there. */
  readonly fetched?: readonly { readonly package: string; readonly from: string; readonly sizeBytes: number }[]
}

/** A recipe is other than when it was built or installed last; without `since` there is none to compare with. */
export interface RecipeChanged {
  readonly kind: 'recipe-changed'
  readonly package: string
  readonly since: 'built' | 'installed' | undefined
  /** Of what it is compared with. */
  readonly version: string | undefined
  readonly files: readonly {
    readonly file: string
    readonly change: 'new' | 'changed' | 'gone'
    /** Unified diff. */
    readonly text: string
  }[]
}

/** Another package stands in for a name that one of the plan depends on. */
export interface ProviderChosen {
  readonly kind: 'provider-chosen'
  readonly name: string
  readonly package: string
  /** `named`: the command builds it anyway. `preferred`: the user has said so. `only`: no other recipe provides the name. */
  readonly because: 'installed' | 'named' | 'preferred' | 'only'
}

/** A package of an upgrade is built again, since a library that it needs is not there any more. */
export interface RebuildPlanned {
  readonly kind: 'rebuild-planned'
  readonly package: string
  /** `libfoo.so.1` */
  readonly library: string
  /** Whose new version does not have it. */
  readonly from: string
}

/** Said before anything of an upgrade is built: packages that are built again too, if libraries of `package` turn out to be others. */
export interface RebuildPossible {
  readonly kind: 'rebuild-possible'
  readonly package: string
  readonly dependents: readonly string[]
}

/** An installation takes libraries away from packages that need them. */
export interface LibraryLost {
  readonly kind: 'library-lost'
  readonly package: string
  readonly library: string
  readonly dependents: readonly string[]
}

export interface BuildStarted {
  readonly kind: 'build-started'
  readonly package: string
  readonly version: string
  readonly index: number
  readonly total: number
  readonly reason: 'explicit' | 'implicit' | 'rebuild'
}

/** What it would be made of is what an artifact was made of that is there: that one is taken. */
export interface BuildSkipped {
  readonly kind: 'build-skipped'
  readonly package: string
  readonly artifact: string
}

/** With --explain: why a package of a plan is built, or is not. */
export interface BuildExplained {
  readonly kind: 'build-explained'
  readonly package: string
  /**
   * `current`: there is an artifact of exactly what it would be made of. `remote`: a binary repository has it. `unkeyed`: there is one that kith did not build, and it
   * is taken. `perhaps`: it is built if what the causes name has changed.
   */
  readonly verdict: 'current' | 'remote' | 'unkeyed' | 'build' | 'perhaps'
  readonly causes: readonly BuildCause[]
}

/** Standard output and error of a build script, as it comes. */
export interface BuildOutput {
  readonly kind: 'build-output'
  readonly package: string
  readonly text: string
}

export interface BuildStage {
  readonly kind: 'build-stage'
  readonly package: string
  readonly stage: 'unpack' | 'sysroot' | 'script' | 'package'
  readonly detail?: string | undefined
}

export interface ElfInspected {
  readonly kind: 'elf-inspected'
  readonly package: string
  readonly path: string
  readonly type: string
  readonly isStripped: boolean
}

export interface DependencyDetected {
  readonly kind: 'dependency-detected'
  readonly package: string
  readonly dependency: string
  /** `added`: was not declared. `promoted`: was declared for building only. */
  readonly change: 'added' | 'promoted'
  readonly because: string
}

export interface BuildFinished {
  readonly kind: 'build-finished'
  readonly package: string
  readonly artifact: string
  readonly durationMs: number
  readonly phases: readonly {
    readonly phase: 'unpack' | 'script' | 'package'
    readonly durationMs: number
    /** Processor time, where it was measured. */
    readonly cpuMs?: number
  }[]
  readonly files: number
  readonly sizeBytes: number
}

export interface BuildFailed {
  readonly kind: 'build-failed'
  readonly package: string
  readonly log: string
}

/** After a build script failed: something that it did not find, and the recipe did not declare. */
export interface DependencyMissing {
  readonly kind: 'dependency-missing'
  readonly package: string
  readonly dependency: string
  /** For the `depends` file: `cmake make`. */
  readonly line: string
  /** What the dependency has; where there is no `path`, only its name speaks for it. */
  readonly missing: readonly { readonly kind: string; readonly name: string; readonly path?: string }[]
  /** Other packages that have the same. */
  readonly others: readonly string[]
}

/** Something a person should know but that stops nothing. */
export interface Notice {
  readonly kind: 'notice'
  readonly level: 'info' | 'warning'
  readonly package?: string | undefined
  readonly text: string
}

export type BuildEvent =
  | PlanMade
  | RebuildPlanned
  | RebuildPossible
  | LibraryLost
  | RecipeChanged
  | ProviderChosen
  | BuildStarted
  | BuildSkipped
  | BuildExplained
  | BuildOutput
  | BuildStage
  | ElfInspected
  | DependencyDetected
  | BuildFinished
  | BuildFailed
  | DependencyMissing
  | Notice
