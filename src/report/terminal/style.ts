/** How words are set apart on a terminal. Without colour the words stay the same: nothing relies on colour alone. */
export interface Style {
  readonly prefix: (text: string) => string
  readonly name: (text: string) => string
  readonly problem: (text: string) => string
  readonly faint: (text: string) => string
  readonly good: (text: string) => string
}

/** Colours on a terminal unless NO_COLOR is set or KISS_COLOR is `0`. */
export function terminalStyle(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean | undefined,
): Style {
  const hasColour = isTerminal === true && !environment.NO_COLOR && environment.KISS_COLOR !== '0'
  const paint = (code: string) => (text: string) => (hasColour ? `\x1b[${code}m${text}\x1b[m` : text)
  return { prefix: paint('1;33'), name: paint('1;34'), problem: paint('1;31'), faint: paint('2'), good: paint('1;32') }
}
