import type { Context } from '../events/context.ts'
import { type HoldUp, judgeStart } from '../plan/start-gate.ts'
import { readMachineState } from '../system/machine-state.ts'
import type { BuildSettings } from './build-settings.ts'
import type { PackageWork } from './plan-work.ts'

/** Lets builds start, or holds them up while the machine is short of something. */
export interface BuildGate {
  readonly mayStart: (item: PackageWork, running: readonly PackageWork[]) => boolean
  /** Resolves when it is worth asking again. */
  readonly untilRoom: () => Promise<void>
}

const askAgainMs = 1000

export function openBuildGate(
  { schedule, cacheDirectory, workDirectory }: BuildSettings,
  { emit }: Pick<Context, 'emit'>,
): BuildGate {
  let told: HoldUp | undefined
  return {
    mayStart({ kind, recipe }, running) {
      if (kind === 'fetch' || !running.some((item) => item.kind === 'build')) return true
      const short = judgeStart(readMachineState([cacheDirectory, workDirectory]), schedule)
      if (short !== undefined && short !== told) emit({ kind: 'build-held-up', package: recipe.name, short })
      told = short
      return short === undefined
    },
    untilRoom: () => Bun.sleep(askAgainMs),
  }
}
