import { printable } from '../../errors/printable.ts'
import type { Event } from '../../events/event.ts'
import { formatDuration } from './units.ts'

interface RunningBuild {
  readonly stage: string
  readonly startedMs: number
}

/** How far a plan of several packages is. Values, never changed in place. */
export interface BuildStatus {
  readonly total: number
  readonly built: number
  readonly failed: number
  readonly running: ReadonlyMap<string, RunningBuild>
}

export const noStatus: BuildStatus = { total: 0, built: 0, failed: 0, running: new Map() }

/** The state after `event`, at the time `nowMs`. */
export function advanceStatus(state: BuildStatus, event: Event, nowMs: number): BuildStatus {
  switch (event.kind) {
    case 'schedule-started':
      return { ...noStatus, total: event.packages.length }
    case 'build-started':
      return withRunning(state, event.package, { stage: '', startedMs: nowMs })
    case 'build-stage': {
      const known = state.running.get(event.package)
      return known === undefined ? state : withRunning(state, event.package, { ...known, stage: event.stage })
    }
    case 'build-finished':
      return { ...withRunning(state, event.package), built: state.built + 1 }
    case 'package-failed':
      return { ...withRunning(state, event.package), failed: state.failed + 1 }
    case 'schedule-ended':
      return noStatus
    default:
      return state
  }
}

function withRunning(state: BuildStatus, name: string, build?: RunningBuild): BuildStatus {
  const running = new Map(state.running)
  if (build === undefined) running.delete(name)
  else running.set(name, build)
  return { ...state, running }
}

/** `[3/14] xz 12.0 s, lz4 unpack 1.0 s`, less than `columns` wide; empty where at most one package is to be built. */
export function frameStatus({ total, built, failed, running }: BuildStatus, columns: number, nowMs: number): string {
  if (total < 2 || running.size === 0) return ''
  const failures = failed === 0 ? '' : ` ${failed} failed`
  const head = `[${built}/${total}${failures}] `
  const builds = [...running].map(([name, { stage, startedMs }]) => {
    const seconds = Math.floor((nowMs - startedMs) / 1000)
    // Its script is what a build mostly is.
    const where = stage === '' || stage === 'script' ? '' : ` ${stage}`
    return `${printable(name)}${where} ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)}`
  })
  const width = columns - 1
  for (let shown = builds.length; shown > 0; shown--) {
    const more = shown === builds.length ? '' : `, ${builds.length - shown} more`
    const text = head + builds.slice(0, shown).join(', ') + more
    if (text.length <= width) return text
  }
  return `${head}${builds.length} running`.slice(0, Math.max(0, width))
}
