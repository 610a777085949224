import type { Context } from '../events/context.ts'
import { type HoldUp, judgeStart } from '../plan/start-gate.ts'
import type { WorkQueue } from '../plan/work-queue.ts'
import { readMachineState } from '../system/machine-state.ts'
import type { BuildSettings } from './build-settings.ts'
import type { BuildTokens, Jobserver } from './jobserver.ts'
import type { PackageWork } from './plan-work.ts'

/** Lets builds start, each with its first token, or holds them up while there is none or the machine is short of something. */
export interface BuildGate {
  readonly admit: (item: PackageWork) => boolean
  /** What an admitted build has; for whoever carries it out to give back. */
  readonly tokensOf: (item: PackageWork) => BuildTokens
  /** Resolves when it is worth asking again. */
  readonly untilRoom: () => Promise<void>
}

const askAgainMs = 1000

export function openBuildGate(
  queue: WorkQueue<PackageWork>,
  jobserver: Jobserver,
  { schedule, cacheDirectory, workDirectory }: BuildSettings,
  { emit }: Pick<Context, 'emit'>,
): BuildGate {
  const admitted = new Map<string, BuildTokens>()
  let told: HoldUp | undefined
  let isShortOfTokens = false
  const isShort = (item: PackageWork): boolean => {
    if (!queue.running().some(({ kind }) => kind === 'build')) return false
    const short = judgeStart(readMachineState([cacheDirectory, workDirectory]), schedule)
    if (short !== undefined && short !== told) emit({ kind: 'build-held-up', package: item.recipe.name, short })
    told = short
    return short !== undefined
  }
  return {
    admit(item) {
      isShortOfTokens = false
      if (item.kind === 'fetch') return true
      if (isShort(item)) return false
      const tokens = jobserver.open(item.id, queue.urgencyOf(item.id))
      isShortOfTokens = tokens === undefined
      if (tokens !== undefined) admitted.set(item.id, tokens)
      return tokens !== undefined
    },
    tokensOf({ id }) {
      const tokens = admitted.get(id)
      if (tokens === undefined) throw new Error(`"${id}" was not admitted`)
      admitted.delete(id)
      return tokens
    },
    untilRoom: async () => await (isShortOfTokens ? jobserver.untilFree() : Bun.sleep(askAgainMs)),
  }
}
