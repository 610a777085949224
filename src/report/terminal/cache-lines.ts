import { printable } from '../../errors/printable.ts'
import { type CacheEntry, type CacheKind, cacheKindTexts } from '../../model/cache-entry.ts'
import { formatAge, formatBytes } from './units.ts'

/** One kind of the cache: `artifacts      14   23.1 MiB  3 h to 12 days old   built packages; …`. */
export function renderCacheKind(kind: CacheKind, entries: readonly CacheEntry[], nowMs: number): string {
  const ages = entries.map(({ madeMs }) => nowMs - madeMs)
  const [youngest, oldest] = [formatAge(Math.min(...ages)), formatAge(Math.max(...ages))]
  const age = youngest === oldest ? `${oldest} old` : `${youngest} to ${oldest} old`
  const count = String(entries.length).padStart(6)
  const size = formatBytes(sizeOf(entries)).padStart(10)
  return `${kind.padEnd(10)} ${count} ${size}  ${age.padEnd(22)}  ${cacheKindTexts[kind]}`
}

export function renderCacheEntry({ kind, name, sizeBytes, madeMs }: CacheEntry, nowMs: number): string {
  const age = formatAge(nowMs - madeMs)
  return `${kind.padEnd(10)} ${formatBytes(sizeBytes).padStart(10)}  ${age.padStart(8)} old  ${printable(name)}`
}

export function sizeOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
