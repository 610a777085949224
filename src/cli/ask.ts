import type { Invocation } from './command.ts'

/**
 * Asks for consent as KISS does: Enter goes on, Ctrl+C ends. The end of the input is consent, as is KISS_PROMPT=0, where
 * nothing is asked.
 */
export async function askToContinue(
  { config, context }: Pick<Invocation, 'config' | 'context'>,
  text: string,
): Promise<void> {
  if (!config.isAsking) return
  process.stderr.write(`-> ${text}\n-> Continue?: Press Enter to continue or Ctrl+C to abort\n`)
  for await (const _chunk of Bun.stdin.stream()) break
  context.signal.throwIfAborted()
}
