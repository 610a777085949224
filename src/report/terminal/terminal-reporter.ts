import type { Event } from '../../events/event.ts'
import { createOutputPrinter } from './build-output.ts'
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
  const output = createOutputPrinter(style.name('x') !== 'x')
  const erase = (): string => (isDrawn ? '\r\x1b[K' : '')
  const own = (lines: string): string => (lines === '' ? '' : output.finish() + lines)
  return {
    report(event: Event): void {
      progress = advance(progress, event, Date.now())
      const lines = event.kind === 'build-output' ? output.show(event.text) : own(renderEvent(event, style))
      // A progress line would be drawn over what the build has begun to say.
      const line = isLive && !output.isMidLine() ? frame(progress, columns(), Date.now()) : ''
      if (lines === '' && line === '' && !isDrawn) return
      write(`${erase()}${lines}${line}`)
      isDrawn = line !== ''
    },
    close(): void {
      const rest = output.finish()
      if (isDrawn || rest !== '') write(erase() + rest)
      isDrawn = false
    },
  }
}
