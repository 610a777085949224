import type { Event } from '../../events/event.ts'
import { renderEvent } from './event-lines.ts'
import { advance, frame, noProgress } from './progress-line.ts'
import type { Style } from './style.ts'

export interface TerminalOptions {
  readonly style: Style
  readonly write: (text: string) => void
  readonly columns: () => number
  /** Whether a line may be drawn again: only on a terminal. */
  readonly isLive: boolean
}

/** Events as lines of a log and, on a terminal, one line of progress below them. */
export function createTerminalReporter({ style, write, columns, isLive }: TerminalOptions) {
  let progress = noProgress
  let isDrawn = false
  const erase = (): string => (isDrawn ? '\r\x1b[K' : '')
  return {
    report(event: Event): void {
      progress = advance(progress, event, Date.now())
      const lines = renderEvent(event, style)
      const line = isLive ? frame(progress, columns(), Date.now()) : ''
      if (lines === '' && line === '' && !isDrawn) return
      write(`${erase()}${lines}${line}`)
      isDrawn = line !== ''
    },
    close(): void {
      if (isDrawn) write(erase())
      isDrawn = false
    },
  }
}
