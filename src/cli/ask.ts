import { KithError } from '../errors/kith-error.ts'
import type { Invocation } from './command.ts'

/**
 * Asks for consent as KISS does: Enter goes on, Ctrl+C ends. Without a terminal, and with KISS_PROMPT=0, nothing
 * is asked and it goes on, as KISS does at the end of its input. Throws `interrupted`.
 */
export async function askToContinue(
  { config, context: { signal } }: Pick<Invocation, 'config' | 'context'>,
  text: string,
): Promise<void> {
  if (!config.isAsking || !process.stdin.isTTY) return
  process.stderr.write(`-> ${text}\n-> Continue?: Press Enter to continue or Ctrl+C to abort\n`)
  const reader = Bun.stdin.stream().getReader()
  const interrupted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  if (!signal.aborted) await Promise.race([reader.read(), interrupted])
  if (signal.aborted) throw new KithError('interrupted', {})
  reader.releaseLock()
}
