import type { NotVaried, Varied } from '../model/reproduction.ts'
import type { ScriptVariation } from './script-sandbox.ts'

/** What this machine has that can be made different. */
export interface SurroundingsFacts {
  /** Numbers of those that this process may use. */
  readonly processors: readonly number[]
  /** Programs that a build may run at one time. */
  readonly jobs: number
  /** The user wants no limit of them: MAKEFLAGS=-j. */
  readonly hasOwnJobs: boolean
  readonly locale: string
  /** Of this process. */
  readonly work: string
  readonly processName: string
  /** Where files are in memory: a file system that lists names in another order. */
  readonly memoryDisk: string | undefined
}

/** What one of two builds of the same inputs finds around it. */
export interface Surroundings {
  readonly variation: ScriptVariation
  /** Parent of its work directory on the host. */
  readonly directory: string
  /** Has to be claimed, since it is not inside of this process's work directory. */
  readonly isClaimed: boolean
  readonly jobs: number
  /** Of kith itself, while it prepares and packs. */
  readonly umask: number
}

export interface SurroundingsPlan {
  readonly first: Surroundings
  readonly second: Surroundings
  readonly varied: readonly Varied[]
  readonly notVaried: readonly NotVaried[]
}

/** Zones so far apart that they never have the same day: 26 hours. */
const zones = ['<-12>+12', '<+14>-14'] as const

/** Two surroundings as different as this machine can make them, and an honest list of what differs and what does not. */
export function planSurroundings(facts: SurroundingsFacts): SurroundingsPlan {
  const { processors, jobs, locale, work, memoryDisk, processName } = facts
  const [one] = processors.slice(-1)
  const otherProcessors = processors.length > 1 && one !== undefined ? [one] : undefined
  const otherJobs = jobs > 1 ? 1 : 2
  const first: Surroundings = {
    variation: { hostName: 'kith', environment: { TZ: zones[0] } },
    directory: `${work}/first`,
    isClaimed: false,
    jobs,
    umask: 0o022,
  }
  const second: Surroundings = {
    variation: {
      hostName: 'another-machine',
      environment: { TZ: zones[1], LANG: locale, LC_ALL: locale },
      processors: otherProcessors,
    },
    directory: memoryDisk === undefined ? `${work}/second/in/a/longer/path` : `${memoryDisk}/kith-${processName}`,
    isClaimed: memoryDisk !== undefined,
    jobs: otherJobs,
    umask: 0o077,
  }
  const varied: Varied[] = [
    { what: 'time', first: 'now', second: 'after the first has ended, at least one second later' },
    { what: 'time zone', first: zones[0], second: `${zones[1]}, where it is another day` },
    { what: 'host name', first: 'kith', second: second.variation.hostName },
    { what: 'locale', first: 'C', second: locale },
    { what: 'umask of kith', first: '022', second: '077' },
    { what: 'path outside of the sandbox', first: first.directory, second: second.directory },
    ...(otherProcessors ? [{ what: 'processors', first: String(processors.length), second: '1' }] : []),
    ...(facts.hasOwnJobs ? [] : [{ what: 'programs at one time', first: String(jobs), second: String(otherJobs) }]),
  ]
  const notVaried: NotVaried[] = [
    ...(otherProcessors ? [] : [{ what: 'processors', why: 'there is one' }]),
    ...(facts.hasOwnJobs ? [{ what: 'programs at one time', why: 'MAKEFLAGS has -j without a number' }] : []),
    {
      what: 'date',
      why: 'the kernel has no namespace for the clock that tells it; only the zone makes it another day',
    },
    { what: 'path, user id and umask inside of the sandbox', why: 'kith fixes them for every build' },
    { what: 'kernel, processor model, file system of the dependencies', why: 'this machine has one of each' },
  ]
  return { first, second, varied, notVaried }
}
