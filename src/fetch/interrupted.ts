import { KithError } from '../errors/kith-error.ts'

/** Throws `interrupted` once `signal` has fired. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new KithError('interrupted', {})
}

/** Waits; throws `interrupted` as soon as `signal` fires. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  throwIfInterrupted(signal)
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, delayMs)
    signal.addEventListener('abort', done, { once: true })
  })
  throwIfInterrupted(signal)
}
