/** Lines and marks of trees: those of Unicode where the locale has it, else of ASCII. */
export interface LineArt {
  readonly fork: string
  readonly corner: string
  readonly bar: string
  readonly gap: string
}

const unicode: LineArt = { fork: '├── ', corner: '└── ', bar: '│   ', gap: '    ' }
const ascii: LineArt = { fork: '|-- ', corner: '`-- ', bar: '|   ', gap: '    ' }

/** By LC_ALL, else LC_CTYPE, else LANG, as the C library chooses. */
export function lineArt(environment: Readonly<Record<string, string | undefined>>): LineArt {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || ''
  return /utf-?8/i.test(locale) ? unicode : ascii
}
