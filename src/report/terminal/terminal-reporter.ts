import type { Event } from '../../events/event.ts'
import { createOutputPrinter } from './build-output.ts'
import { advanceStatus, frameStatus, noStatus } from './build-status.ts'
import { renderEvent } from './event-lines.ts'
import { createPackageOutput, type PackageOutput } from './package-output.ts'
import { advance, frame, noProgress } from './progress-line.ts'
import type { Style } from './style.ts'

export interface TerminalOptions {
  readonly style: Style
  readonly write: (text: string) => void
  readonly columns: () => number
  /** Whether a line may be drawn again: only on a terminal. */
  readonly isLive: boolean
}

/**
 * Events as lines of a log and, on a terminal, one line below them about what is under way. What one build prints is shown as it
 * comes; of several at a time whole lines, with the names of their packages.
 */
export function createTerminalReporter({ style, write, columns, isLive }: TerminalOptions) {
  let progress = noProgress
  let status = noStatus
  let isDrawn = false
  let clock: NodeJS.Timeout | undefined
  let parallel: PackageOutput | undefined
  const output = createOutputPrinter(style.name('x') !== 'x')
  const erase = (): string => (isDrawn ? '\r\x1b[K' : '')
  const own = (lines: string): string => (lines === '' ? '' : output.finish() + lines)
  const render = (event: Event): string => {
    if (event.kind === 'script-output') return output.show(event.text)
    if (event.kind === 'build-output') return parallel?.show(event.package, event.text) ?? output.show(event.text)
    const ended = isEnd(event) ? (parallel?.finish(event.package) ?? '') : ''
    return own(ended + renderEvent(event, style))
  }
  const draw = (lines: string): void => {
    // A line of ours would be drawn over what the build has begun to say.
    const isFree = isLive && !output.isMidLine()
    const texts = isFree ? [frameStatus(status, columns(), Date.now()), frame(progress, columns(), Date.now())] : []
    const line = texts
      .filter((text) => text !== '')
      .join('  ')
      .slice(0, Math.max(0, columns() - 1))
    if (lines === '' && line === '' && !isDrawn) return
    write(`${erase()}${lines}${line}`)
    isDrawn = line !== ''
  }
  return {
    report(event: Event): void {
      if (event.kind === 'schedule-started') {
        parallel = event.jobs > 1 && event.packages.length > 1 ? createPackageOutput(event.packages, style) : undefined
        // What is under way gets older while nothing happens.
        if (isLive) clock ??= setInterval(() => draw(''), 1000)
      }
      progress = advance(progress, event, Date.now())
      status = advanceStatus(status, event, Date.now())
      draw(render(event))
    },
    close(): void {
      clearInterval(clock)
      const rest = (parallel?.finishAll() ?? '') + output.finish()
      if (isDrawn || rest !== '') write(erase() + rest)
      isDrawn = false
    },
  }
}

type PackageEnd = Extract<Event, { kind: 'build-finished' | 'build-failed' | 'package-failed' }>

function isEnd(event: Event): event is PackageEnd {
  return ['build-finished', 'build-failed', 'package-failed'].includes(event.kind)
}
