import { printable } from '../../errors/printable.ts'

/** What build scripts print, as it may be shown: a build is hostile, and terminals obey more than text. */
export interface OutputPrinter {
  readonly show: (text: string) => string
  /** Whether the last line shown has not ended yet. */
  readonly isMidLine: () => boolean
  /** What must come before any line of our own. */
  readonly finish: () => string
}

/** Colours stay where they are wanted; every other control sequence is shown as what it is; `\r` begins a new line. */
export function createOutputPrinter(hasColour: boolean): OutputPrinter {
  let isMidLine = false
  let isColoured = false
  return {
    show(text) {
      const shown = text
        .replace(/\r\n?/g, '\n')
        .split(/(\x1b\[[0-9;]*m)/)
        .map((part, index) => (index % 2 === 0 ? printable(part) : hasColour ? part : ''))
        .join('')
      if (shown === '') return ''
      isMidLine = !shown.endsWith('\n')
      isColoured ||= shown.includes('\x1b[')
      return shown
    },
    isMidLine: () => isMidLine,
    finish() {
      const text = `${isColoured ? '\x1b[m' : ''}${isMidLine ? '\n' : ''}`
      isMidLine = false
      isColoured = false
      return text
    },
  }
}
