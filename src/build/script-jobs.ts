import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type JobShare, parseMakeFlags, printMakeFlags } from '../model/make-flags.ts'
import type { BuildSettings } from './build-settings.ts'
import { findJobProtocol, type JobProtocol } from './job-protocol.ts'
import type { BuildTokens } from './jobserver.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { SysrootPackages } from './sysroot-packages.ts'
import type { WorkDirectory } from './work-directory.ts'

/** What a build script is told of how many programs it may run. */
export interface ScriptJobs {
  readonly environment: Readonly<Record<string, string>>
  /** On the host: the named pipe with its tokens. */
  readonly pipe?: string
  /** Numbers under which its programs inherit that pipe. */
  readonly descriptors?: readonly [read: number, write: number]
}

type JobSettings = Pick<BuildSettings, 'environment' | 'schedule'>

/** High enough for no script to use them itself: configure scripts have 5 to 9. */
const descriptors = [60, 61] as const

/** Programs that all builds together run: what the user's MAKEFLAGS say, else one for each processor, or for each of --jobs. */
export function chooseTokens({ environment, schedule }: JobSettings): number {
  const { jobs } = parseMakeFlags(environment.MAKEFLAGS ?? '')
  return typeof jobs === 'number' ? jobs : Math.max(availableParallelism(), schedule.jobs ?? 1)
}

export interface JobsRequest {
  readonly sysroot: Pick<SysrootPackages, 'layers' | 'hasHostTools'>
  readonly work: Pick<WorkDirectory, 'sandbox'>
  /** Programs that it may run where its tools take no tokens. */
  readonly share: number
}

/** Has the tokens of a build where its tools find them. Throws `io-failed`. */
export function connectJobs(
  { sysroot, work, share }: JobsRequest,
  tokens: BuildTokens,
  settings: JobSettings,
): ScriptJobs {
  const protocol = findJobProtocol(sysroot)
  if (hasOwnWay(settings)) return { environment: {} }
  if (protocol === 'plain') return planJobs(protocol, { jobs: tokens.reserve(share), work }, settings)
  const planned = planJobs(protocol, { jobs: tokens.total, work }, settings)
  tokens.connect(pipeOf(work))
  return planned
}

/** The same for whoever only wants to see it. */
export function describeJobs({ sysroot, work, share }: JobsRequest, settings: JobSettings): ScriptJobs {
  const protocol = findJobProtocol(sysroot)
  if (hasOwnWay(settings)) return { environment: {} }
  return planJobs(protocol, { jobs: protocol === 'plain' ? share : chooseTokens(settings), work }, settings)
}

/** A number alone, for a build that nothing runs beside. */
export function plainJobs(settings: JobSettings): ScriptJobs {
  if (hasOwnWay(settings)) return { environment: {} }
  return { environment: flags({ kind: 'plain', jobs: chooseTokens(settings) }, settings) }
}

/** `-j` without a number: the user wants no limit. */
function hasOwnWay({ environment }: JobSettings): boolean {
  return parseMakeFlags(environment.MAKEFLAGS ?? '').jobs === 'unlimited'
}

function planJobs(
  protocol: JobProtocol,
  { jobs, work }: { readonly jobs: number; readonly work: Pick<WorkDirectory, 'sandbox'> },
  settings: JobSettings,
): ScriptJobs {
  switch (protocol) {
    case 'fifo':
      return {
        environment: flags({ kind: 'fifo', jobs, path: sandboxPaths.jobserver }, settings),
        pipe: pipeOf(work),
      }
    case 'pipe':
      return { environment: flags({ kind: 'pipe', jobs, descriptors }, settings), pipe: pipeOf(work), descriptors }
    case 'plain': {
      const { SAMUFLAGS, CMAKE_BUILD_PARALLEL_LEVEL } = settings.environment
      return {
        environment: {
          ...flags({ kind: 'plain', jobs }, settings),
          SAMUFLAGS: SAMUFLAGS ?? `-j${jobs}`,
          CMAKE_BUILD_PARALLEL_LEVEL: CMAKE_BUILD_PARALLEL_LEVEL ?? String(jobs),
        },
      }
    }
  }
}

function flags(share: JobShare, { environment }: JobSettings): { readonly MAKEFLAGS: string } {
  return { MAKEFLAGS: printMakeFlags(share, parseMakeFlags(environment.MAKEFLAGS ?? '').rest) }
}

/** Beside what no sandbox sees: of this directory it sees the pipe alone. */
function pipeOf({ sandbox }: Pick<WorkDirectory, 'sandbox'>): string {
  return join(sandbox, 'jobserver')
}
