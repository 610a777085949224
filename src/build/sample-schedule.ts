import type { Context } from '../events/context.ts'
import type { WorkQueue } from '../plan/work-queue.ts'
import { readProcessorTicks } from '../system/machine-state.ts'
import type { Jobserver } from './jobserver.ts'
import type { PackageWork } from './plan-work.ts'

const everyMs = 1000

/** Tells once a second how many tokens are in use and what waits, until disposed. */
export function sampleSchedule(
  queue: WorkQueue<PackageWork>,
  jobserver: Jobserver,
  { emit }: Pick<Context, 'emit'>,
): Disposable {
  let before = readProcessorTicks()
  const share = (): number | undefined => {
    const now = readProcessorTicks()
    const passed = (now?.all ?? 0) - (before?.all ?? 0)
    const busy = (now?.busy ?? 0) - (before?.busy ?? 0)
    before = now
    return passed > 0 ? Math.round((100 * busy) / passed) / 100 : undefined
  }
  const sample = (): void => {
    const running = queue.running().filter(({ kind }) => kind === 'build').length
    const ready = queue.ready('build').length
    emit({ kind: 'schedule-sampled', tokens: jobserver.total, used: jobserver.used(), running, ready, busy: share() })
  }
  const timer = setInterval(sample, everyMs)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
      sample()
    },
  }
}
