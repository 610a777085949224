import type { BuildFinished } from '../events/build-events.ts'
import type { Context } from '../events/context.ts'

type Phases = BuildFinished['phases']

/** Where a build is: each stage is told when it begins, and how long all of them took at the end. */
export interface BuildStages {
  readonly enter: (stage: Phases[number]['phase']) => void
  /** What the stage that it is in has used. */
  readonly used: (used: { readonly cpuMs: number }) => void
  readonly end: () => Phases
}

export function openStages(name: string, { emit }: Pick<Context, 'emit'>): BuildStages {
  const phases: Phases[number][] = []
  let current: { readonly phase: Phases[number]['phase']; readonly started: number; cpuMs?: number } | undefined
  const end = (): Phases => {
    if (current !== undefined) {
      const { phase, started, cpuMs } = current
      phases.push({ phase, durationMs: performance.now() - started, ...(cpuMs === undefined ? {} : { cpuMs }) })
    }
    current = undefined
    return phases
  }
  return {
    enter(stage) {
      end()
      current = { phase: stage, started: performance.now() }
      emit({ kind: 'build-stage', package: name, stage })
    },
    used({ cpuMs }) {
      if (current !== undefined) current.cpuMs = cpuMs
    },
    end,
  }
}
