/**
 * Matches names against a shell pattern: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`, and `\` before a character that means itself.
 * As in the shell a leading dot is only matched by a dot, and a `[` without its `]` means itself. Takes time in proportion to
 * the lengths of pattern and name multiplied, never more.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const tokens = parsePattern([...pattern])
  const first = tokens[0]
  const isDotFirst = first?.kind === 'one' && first.isLiteral && first.matches('.')
  return (name) => (!name.startsWith('.') || isDotFirst) && matchTokens(tokens, [...name])
}

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'one'; readonly isLiteral: boolean; readonly matches: (character: string) => boolean }

function parsePattern(characters: readonly string[]): Token[] {
  const tokens: Token[] = []
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? ''
    const bracket = character === '[' ? parseBracket(characters, index + 1) : undefined
    if (character === '*') tokens.push({ kind: 'any' })
    else if (character === '?') tokens.push({ kind: 'one', isLiteral: false, matches: () => true })
    else if (bracket !== undefined) {
      tokens.push({ kind: 'one', isLiteral: false, matches: bracket.matches })
      index = bracket.end
    } else {
      const isEscape = character === '\\' && index + 1 < characters.length
      const literal = isEscape ? (characters[++index] ?? '') : character
      tokens.push({ kind: 'one', isLiteral: true, matches: (candidate) => candidate === literal })
    }
  }
  return tokens
}

/** Reads what follows a `[`; `end` is the position of its `]`. Undefined where there is none. */
function parseBracket(
  characters: readonly string[],
  start: number,
): { readonly end: number; readonly matches: (character: string) => boolean } | undefined {
  const isNegated = characters[start] === '!' || characters[start] === '^'
  const first = isNegated ? start + 1 : start
  const ranges: (readonly [string, string])[] = []
  for (let index = first; index < characters.length; index++) {
    const character = characters[index] ?? ''
    if (character === ']' && index > first) {
      const matches = (candidate: string) => ranges.some(([low, high]) => low <= candidate && candidate <= high)
      return { end: index, matches: isNegated ? (candidate) => !matches(candidate) : matches }
    }
    const high = characters[index + 2]
    const isRange = characters[index + 1] === '-' && high !== undefined && high !== ']'
    ranges.push([character, isRange ? high : character])
    if (isRange) index += 2
  }
  return undefined
}

function matchTokens(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0
  let character = 0
  let star: { token: number; character: number } | undefined
  while (character < characters.length) {
    const current = tokens[token]
    if (current?.kind === 'any') {
      star = { token: ++token, character }
    } else if (current?.kind === 'one' && current.matches(characters[character] ?? '')) {
      token++
      character++
    } else if (star !== undefined) {
      // Only the last star has to give up one more character: earlier ones cannot help.
      star = { token: star.token, character: star.character + 1 }
      token = star.token
      character = star.character
    } else return false
  }
  return tokens.slice(token).every(({ kind }) => kind === 'any')
}
