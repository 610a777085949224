/** Before the first build of a plan. */
export interface ScheduleStarted {
  readonly kind: 'schedule-started'
  readonly packages: readonly string[]
  /** Builds at one time. */
  readonly jobs: number
  /** Programs that all of them together may run. */
  readonly tokens: number
}

/** Once a second while a plan is carried out. */
export interface ScheduleSampled {
  readonly kind: 'schedule-sampled'
  readonly tokens: number
  /** Tokens that run something, as far as can be seen from outside: a build counts with one whatever it does. */
  readonly used: number
  readonly running: number
  /** Builds that could start and have not. */
  readonly ready: number
  /** The share of the machine's processor time that was used since the last sample, by whoever; 0 to 1. */
  readonly busy?: number | undefined
}

/** Another build could start but must wait, since the machine is short of this. Told once for as long as it lasts. */
export interface BuildHeldUp {
  readonly kind: 'build-held-up'
  readonly package: string
  readonly short: 'load' | 'memory' | 'disk'
}

/** Getting the sources of a package, or building it, has failed. */
export interface PackageFailed {
  readonly kind: 'package-failed'
  readonly package: string
  readonly code: string
  readonly message: string
  /** Packages that cannot be built because of it. */
  readonly lost: readonly string[]
  /** How much else is under way: it goes on. */
  readonly running: number
}

/** At the end of a plan of several packages that was not carried out in full. */
export interface ScheduleEnded {
  readonly kind: 'schedule-ended'
  readonly built: readonly string[]
  readonly failed: readonly string[]
  /** Could not be built because of one that failed. */
  readonly lost: readonly { readonly package: string; readonly because: string }[]
  /** Could be built, but nothing was started any more. */
  readonly left: readonly string[]
}

export type ScheduleEvent = ScheduleStarted | ScheduleSampled | BuildHeldUp | PackageFailed | ScheduleEnded
