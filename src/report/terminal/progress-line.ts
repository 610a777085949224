import { printable } from '../../errors/printable.ts'
import type { Event } from '../../events/event.ts'
import { formatBytes } from './units.ts'

interface Download {
  readonly name: string
  readonly receivedBytes: number
  readonly totalBytes: number | undefined
  readonly startedMs: number
}

/** The downloads that are under way. Values, never changed in place. */
export interface ProgressState {
  readonly downloads: ReadonlyMap<string, Download>
}

export const noProgress: ProgressState = { downloads: new Map() }

/** The state after `event`, at the time `nowMs`. */
export function advance(state: ProgressState, event: Event, nowMs: number): ProgressState {
  if (event.kind !== 'fetch-started' && event.kind !== 'fetch-progress' && event.kind !== 'fetch-finished') return state
  const downloads = new Map(state.downloads)
  const known = downloads.get(event.url)
  if (event.kind === 'fetch-finished') downloads.delete(event.url)
  else
    downloads.set(event.url, {
      name: event.package,
      receivedBytes: event.kind === 'fetch-progress' ? event.receivedBytes : 0,
      totalBytes: event.kind === 'fetch-progress' ? event.totalBytes : undefined,
      startedMs: known?.startedMs ?? nowMs,
    })
  return { downloads }
}

/** One line about all downloads, at most `columns` wide; empty when there are none. */
export function frame(state: ProgressState, columns: number, nowMs: number): string {
  const downloads = [...state.downloads.values()].filter(({ receivedBytes }) => receivedBytes > 0)
  const [first] = downloads
  if (first === undefined) return ''
  const received = downloads.reduce((sum, one) => sum + one.receivedBytes, 0)
  const isKnown = downloads.every(({ totalBytes }) => totalBytes !== undefined)
  const total = isKnown ? downloads.reduce((sum, one) => sum + (one.totalBytes ?? 0), 0) : undefined
  const elapsedMs = Math.max(1, nowMs - Math.min(...downloads.map(({ startedMs }) => startedMs)))
  const speed = `${formatBytes(Math.round((received * 1000) / elapsedMs))}/s`
  const amount = total === undefined ? formatBytes(received) : `${formatBytes(received)} of ${formatBytes(total)}`
  const names = downloads.map(({ name }) => printable(name)).join(' ')
  const text = `${amount}, ${speed}  ${names}`
  const width = Math.max(0, columns - text.length - 4)
  const bar = total === undefined || width < 10 ? '' : ` [${drawBar(received / total, Math.min(width, 30))}]`
  return `${text}${bar}`.slice(0, Math.max(0, columns - 1))
}

function drawBar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, share) * width)
  return '#'.repeat(filled) + '-'.repeat(width - filled)
}
