import { printable } from '../../errors/printable.ts'
import { createOutputPrinter } from './build-output.ts'
import type { Style } from './style.ts'

/** What builds print that run at the same time: whole lines only, each with the name of its package. */
export interface PackageOutput {
  readonly show: (name: string, text: string) => string
  /** The last line of a package, where it has not ended. */
  readonly finish: (name: string) => string
  readonly finishAll: () => string
}

/** Nobody waits for the end of a longer line. */
const longestLine = 4096
const widestName = 16

export function createPackageOutput(names: readonly string[], style: Style): PackageOutput {
  const hasColour = style.name('x') !== 'x'
  const width = Math.min(widestName, Math.max(0, ...names.map((name) => name.length)))
  const open = new Map<string, string>()
  const line = (name: string, text: string): string => {
    const printer = createOutputPrinter(hasColour)
    const shown = printer.show(text)
    return `${style.name(printable(name).padEnd(width))} ${style.faint('|')} ${shown}${printer.finish() || '\n'}`
  }
  const finish = (name: string): string => {
    const rest = open.get(name) ?? ''
    open.delete(name)
    return rest === '' ? '' : line(name, rest)
  }
  return {
    show(name, text) {
      // A carriage return at the end may be half of what ends a line.
      const all = (open.get(name) ?? '') + text
      const lines = all.split(/\r\n|\n|\r(?=[^\n])/)
      const rest = lines.pop() ?? ''
      open.set(name, rest)
      const shown = lines.map((one) => line(name, one)).join('')
      return rest.length > longestLine ? shown + finish(name) : shown
    },
    finish,
    finishAll: () => [...open.keys()].map(finish).join(''),
  }
}
