import { KernelError } from '../../src/native/libc.ts'
import { type TreeChange, watchTreeChanges } from '../../src/system/tree-change.ts'

/** What goes wrong at one of the changes that a command makes. */
export type Fault =
  /** The kernel refuses that change, or it and every later one. */
  | { readonly kind: 'error'; readonly name: ErrorName; readonly lasts: boolean }
  /** The process is gone: nothing after it happens. */
  | { readonly kind: 'kill' }

const errorNumbers = { EIO: 5, EMFILE: 24, ENOSPC: 28, EDQUOT: 122 } as const
type ErrorName = keyof typeof errorNumbers

/** How messages call them. */
export const errorWords: Readonly<Record<ErrorName, RegExp>> = {
  EIO: /input\/output error/,
  EMFILE: /too many open files/,
  ENOSPC: /no space left/,
  EDQUOT: /quota exceeded/,
}

const errorNames = Object.keys(errorNumbers) as ErrorName[]
export const allFaults: readonly Fault[] = [
  ...errorNames.map((name) => ({ kind: 'error', name, lasts: false }) as const),
  ...errorNames.map((name) => ({ kind: 'error', name, lasts: true }) as const),
  { kind: 'kill' },
]

export function faultName(fault: Fault): string {
  if (fault.kind === 'kill') return 'killed'
  return fault.lasts ? `${fault.name} from there on` : fault.name
}

/** What stands for the end of the process: no code of kith may take it for a failure that it knows. */
export class Killed extends Error {}

export interface FaultWatch extends Disposable {
  /** The change that was refused first; undefined: it did not come to that. */
  readonly met: () => TreeChange['kind'] | undefined
}

/** Has the change number `index`, from 0, go wrong, until disposed. */
export function injectFault(index: number, fault: Fault): FaultWatch {
  let count = 0
  let met: TreeChange['kind'] | undefined
  const watch = watchTreeChanges((change) => {
    const position = count++
    const isHit = position === index || (position > index && (fault.kind === 'kill' || fault.lasts))
    if (!isHit) return
    met ??= change.kind
    if (fault.kind === 'kill') throw new Killed('killed')
    throw new KernelError(change.kind, change.at.path, errorNumbers[fault.name])
  })
  return { met: () => met, [Symbol.dispose]: () => watch[Symbol.dispose]() }
}
