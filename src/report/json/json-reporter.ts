import type { Event } from '../../events/event.ts'

/** Version of the shape of events and results. */
export const jsonSchema = 1

/** Every event as one JSON line, `{"schema":1,"kind":…}`. */
export function createJsonReporter(write: (text: string) => void) {
  return {
    report: (event: Event): void => write(`${JSON.stringify({ schema: jsonSchema, ...event })}\n`),
    close: (): void => undefined,
  }
}
