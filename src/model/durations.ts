/** Milliseconds that the phases of packages took, by `PACKAGE PHASE`. */
export type Durations = ReadonlyMap<string, number>

export type Phase = 'fetch' | 'unpack' | 'script' | 'package'

/** One line of the file: `zlib script 2340`. */
export function printDuration(name: string, phase: Phase, durationMs: number): string {
  return `${name} ${phase} ${Math.round(durationMs)}\n`
}

/** Reads lines as printDuration() prints them, whatever else is among them. Later ones count as much as all before them. */
export function parseDurations(text: string): Durations {
  const durations = new Map<string, number>()
  for (const [, key = '', digits] of text.matchAll(/^(\S+ (?:fetch|unpack|script|package)) (\d{1,12})$/gm)) {
    const before = durations.get(key)
    durations.set(key, before === undefined ? Number(digits) : (before + Number(digits)) / 2)
  }
  return durations
}

/** What building took; undefined where it never was. */
export function buildDuration(durations: Durations, name: string): number | undefined {
  const script = durations.get(`${name} script`)
  if (script === undefined) return undefined
  return script + (durations.get(`${name} unpack`) ?? 0) + (durations.get(`${name} package`) ?? 0)
}
