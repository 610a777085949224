export interface PlanMade {
  readonly kind: 'plan-made'
  readonly explicit: readonly string[]
  readonly implicit: readonly string[]
  readonly steps: readonly { readonly package: string; readonly reason: 'explicit' | 'implicit' }[]
  /** Artifacts that are there already and will be used as they are. */
  readonly cached: readonly string[]
}

export interface BuildStarted {
  readonly kind: 'build-started'
  readonly package: string
  readonly version: string
  readonly index: number
  readonly total: number
  readonly reason: 'explicit' | 'implicit'
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
  readonly files: number
  readonly sizeBytes: number
}

export interface BuildFailed {
  readonly kind: 'build-failed'
  readonly package: string
  readonly log: string
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
  | BuildStarted
  | BuildOutput
  | BuildStage
  | ElfInspected
  | DependencyDetected
  | BuildFinished
  | BuildFailed
  | Notice
