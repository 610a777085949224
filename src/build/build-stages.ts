import type { BuildFinished } from '../events/build-events.ts'
import type { Context } from '../events/context.ts'

type Phases = BuildFinished['phases']

/** Where a build is: each stage is told when it begins, and how long all of them took at the end. */
export interface BuildStages {
  readonly enter: (stage: Phases[number]['phase']) => void
  readonly end: () => Phases
}

export function openStages(name: string, { emit }: Pick<Context, 'emit'>): BuildStages {
  const phases: Phases[number][] = []
  let current: { readonly phase: Phases[number]['phase']; readonly started: number } | undefined
  const end = (): Phases => {
    if (current !== undefined) phases.push({ phase: current.phase, durationMs: performance.now() - current.started })
    current = undefined
    return phases
  }
  return {
    enter(stage) {
      end()
      current = { phase: stage, started: performance.now() }
      emit({ kind: 'build-stage', package: name, stage })
    },
    end,
  }
}
