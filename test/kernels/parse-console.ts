/** One part of what ran in a guest. */
export interface Stage {
  readonly name: string
  /** Undefined where the guest ended before it did. */
  readonly status: number | undefined
  readonly output: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface ConsoleReport {
  readonly stages: readonly Stage[]
  /** `Landlock ABI: 2`. */
  readonly facts: readonly string[]
  /** Why there is not all that was asked for; undefined where there is. */
  readonly lost: string | undefined
}

/** What the guest said: stages between `@@ begin NAME` and `@@ end NAME STATUS`, with the summary of bun test in them. */
export function parseConsole(text: string): ConsoleReport {
  const lines = text.replaceAll('\r', '').split('\n')
  const markedWith = (mark: string): string | undefined =>
    lines.find((line) => line.startsWith(`@@ ${mark}`))?.slice(`@@ ${mark} `.length)
  const lost = markedWith('lost') ?? (markedWith('done') === undefined ? 'the guest ended too early' : undefined)
  const names = lines.filter((line) => line.startsWith('@@ begin ')).map((line) => line.slice('@@ begin '.length))
  return {
    stages: names.map((name) => parseStage(name, lines)),
    facts: lines.filter((line) => line.startsWith('@@ fact ')).map((line) => line.slice('@@ fact '.length)),
    lost,
  }
}

function parseStage(name: string, lines: readonly string[]): Stage {
  const from = lines.indexOf(`@@ begin ${name}`) + 1
  const end = lines.findIndex((line) => line.startsWith(`@@ end ${name} `))
  const output = lines.slice(from, end === -1 ? undefined : end).join('\n')
  const status = end === -1 ? undefined : Number(lines[end]?.split(' ').at(-1))
  const count = (word: string): number => Number(new RegExp(`^ *(\\d+) ${word}$`, 'm').exec(output)?.[1] ?? 0)
  const failed = count('fail')
  // A stage that ended badly without saying what failed is a failure itself.
  return {
    name,
    status,
    output,
    passed: count('pass'),
    skipped: count('skip'),
    failed: failed || (status === 0 ? 0 : 1),
  }
}
