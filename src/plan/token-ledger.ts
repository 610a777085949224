/** A token moves: `count` more for the pipe of a build, or, below 0, out of it. */
export interface TokenMove {
  readonly id: string
  readonly count: number
}

/**
 * Who has how many of a number of tokens, each the right to run one program. A build has one for as long as it runs, and those
 * that were put into its own pipe and not taken out of it again: whether they lie there or its programs have them is its own
 * affair, so that nothing a build does to its pipe changes what others have, and all come back when it ends. Pure: it decides
 * which tokens to move, and is told what moved.
 */
export interface TokenLedger {
  readonly total: number
  /** Tokens that nobody has. */
  readonly free: () => number
  /** Tokens that are not the first of a build: what there is to move. */
  readonly spare: () => number
  /** Tokens that run something, as far as can be seen: not those that lie in pipes. */
  readonly used: () => number
  /** Gives a build its first token; false where none is free. */
  readonly open: (id: string, urgency: number) => boolean
  /** Gives it further tokens for good, up to `most`; how many. */
  readonly reserve: (id: string, most: number) => number
  /** From now on it has a pipe. */
  readonly connect: (id: string) => void
  /** Everything it had comes back. */
  readonly close: (id: string) => void
  /** So many bytes lie in its pipe; gives how many are not ours: whoever wrote them gains nothing. */
  readonly observe: (id: string, bytes: number) => number
  readonly moved: (move: TokenMove) => void
  /**
   * Decided from what was observed: what lies unused goes to builds that have used up theirs, the most urgent first. With
   * `isAwaited` a build waits for its first token, and one is taken from whoever does not use it.
   */
  readonly plan: (isAwaited: boolean) => readonly TokenMove[]
}

interface Holder {
  readonly id: string
  readonly urgency: number
  isConnected: boolean
  /** Put into its pipe and not taken back. */
  leased: number
  /** Of those, lie unused. */
  lying: number
  /** It used what it was last given. */
  isEager: boolean
  /** Observations since its pipe became empty. */
  emptyFor: number
}

/** After so many observations with nothing in its pipe a build is asked again whether it wants something. */
const patience = 20

export function createTokenLedger(total: number): TokenLedger {
  const holders = new Map<string, Holder>()
  const all = (): Holder[] => [...holders.values()]
  const free = (): number => all().reduce((left, { leased }) => left - 1 - leased, total)
  const find = (id: string): Holder => {
    const holder = holders.get(id)
    if (holder === undefined) throw new Error(`"${id}" has no tokens`)
    return holder
  }
  return {
    total,
    free,
    spare: () => total - holders.size,
    used: () => total - free() - all().reduce((sum, { lying }) => sum + lying, 0),
    open(id, urgency) {
      if (free() < 1 || holders.has(id)) return false
      holders.set(id, { id, urgency, isConnected: false, leased: 0, lying: 0, isEager: true, emptyFor: 0 })
      return true
    },
    reserve(id, most) {
      const count = Math.max(0, Math.min(most, free()))
      find(id).leased += count
      return count
    },
    connect(id) {
      find(id).isConnected = true
    },
    close: (id) => void holders.delete(id),
    observe(id, bytes) {
      const holder = find(id)
      const lying = Math.min(bytes, holder.leased)
      if (lying < holder.lying) holder.isEager = true
      holder.emptyFor = lying > 0 ? 0 : holder.emptyFor + 1
      holder.lying = lying
      return bytes - lying
    },
    moved({ id, count }) {
      const holder = find(id)
      holder.leased += count
      holder.lying += count
      // What it did not use in time it does not want.
      if (count < 0) holder.isEager = false
      if (count > 0) holder.emptyFor = 0
    },
    plan(isAwaited) {
      const connected = all()
        .filter(({ isConnected }) => isConnected)
        .sort((one, other) => other.urgency - one.urgency)
      if (isAwaited) return free() > 0 ? [] : takeOne(connected)
      return share(connected, free())
    },
  }
}

function takeOne(connected: readonly Holder[]): TokenMove[] {
  const richest = connected.findLast(({ lying }) => lying > 0)
  return richest === undefined ? [] : [{ id: richest.id, count: -1 }]
}

/** `connected`: the most urgent first. */
function share(connected: readonly Holder[], free: number): TokenMove[] {
  const lying = connected.reduce((sum, one) => sum + one.lying, 0)
  const fed = connected.filter((one) => one.lying > 0)
  const isPlenty = free > 0 || fed.some((one) => one.lying > 1)
  const hungry = connected.filter((one) => one.lying === 0 && (one.isEager || one.emptyFor > patience || isPlenty))
  const eager = hungry.filter(({ isEager }) => isEager)
  let left = free + lying
  const shares = new Map<Holder, number>()
  const give = (to: readonly Holder[]): void => {
    for (const one of to) {
      if (left === 0) return
      shares.set(one, (shares.get(one) ?? 0) + 1)
      left--
    }
  }
  if (hungry.length === 0) for (const one of fed) shares.set(one, one.lying)
  left -= hungry.length === 0 ? lying : 0
  give(eager)
  give(hungry.filter(({ isEager }) => !isEager))
  if (hungry.length > 0) give(fed)
  const rest = eager.length > 0 ? eager : hungry.length > 0 ? hungry : fed
  while (left > 0 && rest.length > 0) give(rest)
  const moves = connected.map((one) => ({ id: one.id, count: (shares.get(one) ?? 0) - one.lying }))
  // What is taken comes first: it is what is given.
  return moves.filter(({ count }) => count !== 0).sort((one, other) => one.count - other.count)
}
