import type { Event } from '../../events/event.ts'

/** Lines of a failed build's output that are shown after all. */
const shownLines = 40

/**
 * Events as `--quiet` shows them: without the output of builds and their ELF files. When a build fails, the end of its output
 * comes before the failure.
 */
export function createQuietFilter(report: (event: Event) => void): (event: Event) => void {
  let tail = ''
  return (event) => {
    if (event.kind === 'elf-inspected') return
    if (event.kind === 'build-started') tail = ''
    if (event.kind === 'build-output') {
      tail = (tail + event.text)
        .split('\n')
        .slice(-shownLines - 1)
        .join('\n')
      return
    }
    if (event.kind === 'build-failed' && tail !== '')
      report({ kind: 'build-output', package: event.package, text: tail })
    report(event)
  }
}
