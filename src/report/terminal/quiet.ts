import type { Event } from '../../events/event.ts'

/** Lines of a failed build's output that are shown after all. */
const shownLines = 40

/**
 * Events as `--quiet` shows them: without the output of builds and their ELF files. When a build fails, the end of its output
 * comes before the failure.
 */
export function createQuietFilter(report: (event: Event) => void): (event: Event) => void {
  const tails = new Map<string, string>()
  return (event) => {
    if (event.kind === 'elf-inspected') return
    if (event.kind === 'build-started' || event.kind === 'build-finished') tails.delete(event.package)
    if (event.kind === 'build-output') {
      const lines = ((tails.get(event.package) ?? '') + event.text).split('\n')
      tails.set(event.package, lines.slice(-shownLines - 1).join('\n'))
      return
    }
    const tail = event.kind === 'build-failed' ? tails.get(event.package) : undefined
    if (event.kind === 'build-failed' && tail !== undefined)
      report({ kind: 'build-output', package: event.package, text: tail })
    report(event)
  }
}
