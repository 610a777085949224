import { printable } from '../../errors/printable.ts'
import type { ScheduleEvent } from '../../events/schedule-events.ts'
import type { Style } from './style.ts'

/** What happens to a plan of several builds, as lines of a log. */
export function renderSchedule(event: ScheduleEvent, style: Style): string {
  const say = (text: string): string => `${style.prefix('->')} ${printable(text)}\n`
  switch (event.kind) {
    case 'schedule-started':
    case 'schedule-sampled':
      return ''
    case 'build-held-up':
      return say(`${event.package} waits until others are built: ${heldUp[event.short]}`)
    case 'package-failed':
      // Where nothing goes on, it is what the command ends with.
      return event.running === 0 ? '' : `${style.problem('ERROR')} ${printable(event.message)}\n`
    case 'schedule-ended': {
      const list = (label: string, names: readonly string[]): string =>
        names.length === 0 ? '' : say(`${label} ${names.length}: ${names.join(' ')}`)
      const causes = [...new Set(event.lost.map(({ because }) => because))]
      const lost = causes.map((cause) => {
        const names = event.lost.filter(({ because }) => because === cause).map((one) => one.package)
        return list(`not built because of ${cause},`, names)
      })
      return [
        list('built', event.built),
        list('failed', event.failed),
        ...lost,
        list('not started or not finished', event.left),
      ].join('')
    }
  }
}

const heldUp = {
  load: 'the load of the machine is at its limit (--load)',
  memory: 'little memory is free (KITH_SCHEDULE=memory=SIZE)',
  disk: 'little space is free on the disk (KITH_SCHEDULE=disk=SIZE)',
} as const
