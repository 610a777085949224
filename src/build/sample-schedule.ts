import type { Context } from '../events/context.ts'
import type { WorkQueue } from '../plan/work-queue.ts'
import type { Jobserver } from './jobserver.ts'
import type { PackageWork } from './plan-work.ts'

const everyMs = 1000

/** Tells once a second how many tokens are in use and what waits, until disposed. */
export function sampleSchedule(
  queue: WorkQueue<PackageWork>,
  jobserver: Jobserver,
  { emit }: Pick<Context, 'emit'>,
): Disposable {
  const sample = (): void => {
    const running = queue.running().filter(({ kind }) => kind === 'build').length
    const ready = queue.ready('build').length
    emit({ kind: 'schedule-sampled', tokens: jobserver.total, used: jobserver.used(), running, ready })
  }
  const timer = setInterval(sample, everyMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
