import type { ScheduleLimits } from '../model/schedule-limits.ts'

/** What a machine has left. */
export interface MachineState {
  /** Programs that want a processor. */
  readonly load: number
  readonly totalMemoryBytes: number
  readonly freeMemoryBytes: number
  /** Of each disk that builds write to. */
  readonly disks: readonly { readonly sizeBytes: number; readonly freeBytes: number }[]
}

/** What stands against starting another build now. */
export type HoldUp = 'load' | 'memory' | 'disk'

/** Undefined: nothing does. Builds that run are never asked about, nor is the only one: it would never start. */
export function judgeStart(state: MachineState, { load, memory, disk }: ScheduleLimits): HoldUp | undefined {
  if (load !== undefined && state.load >= load) return 'load'
  const reserve = memory === 'default' ? Math.min(gibibyte, state.totalMemoryBytes / 8) : memory
  if (reserve !== undefined && state.freeMemoryBytes < reserve) return 'memory'
  const isFull = state.disks.some(({ sizeBytes, freeBytes }) => {
    const wanted = disk === 'default' ? Math.min(gibibyte, sizeBytes / 100) : disk
    return wanted !== undefined && freeBytes < wanted
  })
  return isFull ? 'disk' : undefined
}

const gibibyte = 1024 ** 3
