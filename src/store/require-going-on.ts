import { KithError } from '../errors/kith-error.ts'

/** To be asked while nothing is changed yet: a transaction that was begun is finished. Throws `interrupted`. */
export function requireGoingOn(signal: AbortSignal): void {
  if (signal.aborted) throw new KithError('interrupted', {})
}
