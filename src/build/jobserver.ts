import { createTokenLedger, type TokenLedger } from '../plan/token-ledger.ts'
import { openTokenPipe, type TokenPipe } from '../system/token-pipe.ts'

/**
 * The tokens of all builds of this process. GNU make's protocol has one pipe for everybody: whoever takes a byte out of it runs
 * one program more, and writes it back afterwards. Here each build has a pipe of its own, and this moves tokens between them:
 * so a build that is killed, or that writes what it never had, changes nothing for others (plan/token-ledger.ts).
 */
export interface Jobserver extends Disposable {
  /** Programs that all builds together may run. */
  readonly total: number
  readonly used: () => number
  /** The first token of a build; undefined where none is free or lies unused, and then untilFree() waits for one. */
  readonly open: (id: string, urgency: number) => BuildTokens | undefined
  /** Resolves when there may be one. */
  readonly untilFree: () => Promise<void>
}

/** What one build has. Disposing gives all back. */
export interface BuildTokens extends Disposable {
  readonly total: number
  /** Makes the pipe, from which its programs take further tokens. Throws `io-failed`. */
  readonly connect: (path: string) => void
  /** A fixed number instead, the first one included: as many of `most` as are free now. */
  readonly reserve: (most: number) => number
}

/**
 * Milliseconds from one look to the next: while somebody waits for a token; while several builds share them, longer and longer
 * until something moves again; while there is nothing to share.
 */
const intervals = { awaited: 2, shared: 5, calm: 40, single: 200 } as const

export function openJobserver(total: number): Jobserver {
  const ledger = createTokenLedger(total)
  const pipes = new Map<string, TokenPipe>()
  let awaited: PromiseWithResolvers<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let interval: number = intervals.shared
  const settle = (): void => {
    awaited?.resolve()
    awaited = undefined
  }
  const look = (): void => {
    const moves = moveTokens(ledger, pipes, awaited !== undefined)
    if (ledger.free() > 0) settle()
    interval = moves > 0 ? intervals.shared : Math.min(interval * 1.5, intervals.calm)
    const isShared = pipes.size > 1 && ledger.spare() > 0
    lookIn(awaited !== undefined ? intervals.awaited : isShared ? interval : intervals.single)
  }
  const lookIn = (delayMs: number): void => {
    clearTimeout(timer)
    if (pipes.size > 0) timer = setTimeout(look, delayMs)
  }
  const close = (id: string): void => {
    pipes.get(id)?.[Symbol.dispose]()
    pipes.delete(id)
    ledger.close(id)
    settle()
    // Whoever waits to start a build comes first.
    lookIn(1)
  }
  return {
    total,
    used: ledger.used,
    untilFree() {
      if (ledger.free() > 0) return Promise.resolve()
      awaited ??= Promise.withResolvers<void>()
      lookIn(intervals.awaited)
      return awaited.promise
    },
    open(id, urgency) {
      if (ledger.free() < 1) moveTokens(ledger, pipes, true)
      if (!ledger.open(id, urgency)) return undefined
      return {
        total,
        connect(path) {
          pipes.set(id, openTokenPipe(path))
          ledger.connect(id)
          look()
        },
        reserve: (most) => 1 + ledger.reserve(id, most - 1),
        [Symbol.dispose]: () => close(id),
      }
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const id of pipes.keys()) close(id)
    },
  }
}

/** Looks into all pipes, and moves what is to be moved; gives how many moves that were. */
function moveTokens(ledger: TokenLedger, pipes: ReadonlyMap<string, TokenPipe>, isAwaited: boolean): number {
  for (const [id, pipe] of pipes) pipe.take(ledger.observe(id, pipe.waiting()))
  const moves = ledger.plan(isAwaited)
  for (const { id, count } of moves) {
    const pipe = pipes.get(id)
    const moved = count < 0 ? -(pipe?.take(-count) ?? 0) : (pipe?.put(Math.min(count, ledger.free())) ?? 0)
    ledger.moved({ id, count: moved })
  }
  return moves.length
}
