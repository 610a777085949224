/** Bytes for people: `512 B`, `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Milliseconds for people: `340 ms`, `12.5 s`, `3 min 20 s`, `4 h 5 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** Kibibytes as kiss-size writes them: whole numbers, `12KB`, `3MB`, `1GB`. */
export function formatKibibytes(kibibytes: number): string {
  const units = ['KB', 'MB', 'GB'] as const
  const power = kibibytes < 1024 ? 0 : kibibytes < 1024 ** 2 ? 1 : 2
  return `${Math.floor(kibibytes / 1024 ** power)}${units[power]}`
}

/** How long ago, in one unit: `40 s`, `5 min`, `3 h`, `12 days`. */
export function formatAge(ageMs: number): string {
  const minutes = ageMs / 60_000
  if (minutes < 1) return `${Math.round(ageMs / 1000)} s`
  if (minutes < 60) return `${Math.round(minutes)} min`
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`
  return `${Math.round(minutes / 1440)} days`
}
