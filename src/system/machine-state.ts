import { totalmem } from 'node:os'
import { tryReadControl } from './control-file.ts'
import { diskSpace } from './disk-space.ts'
import { fileInfo } from './files.ts'

/** Numbers of the processors that this process may run on. */
export { allowedProcessors } from '../native/processors.ts'

/** How busy the whole machine is, and what is free where `directories` are. */
export function readMachineState(directories: readonly string[]) {
  // `0.52 0.58 0.59 3/467 4711` (proc_loadavg(5)). The mean of a minute comes late when many start: what runs now counts too.
  const [, minute, now] = /^([\d.]+) \S+ \S+ (\d+)\//.exec(tryReadControl('/proc/loadavg') ?? '') ?? []
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(tryReadControl('/proc/meminfo') ?? '')?.[1]
  const totalMemoryBytes = totalmem()
  return {
    load: Math.max(Number(minute ?? 0), Number(now ?? 1) - 1),
    totalMemoryBytes,
    // What is not told is not held against anybody.
    freeMemoryBytes: available === undefined ? totalMemoryBytes : Number(available) * 1024,
    disks: directories.filter((path) => fileInfo(path) !== undefined).map(diskSpace),
  }
}

/** Processor time of the whole machine since it started, in ticks (proc_stat(5)); undefined where the kernel does not tell. */
export function readProcessorTicks(): { readonly busy: number; readonly all: number } | undefined {
  const fields = /^cpu +([\d ]+)$/m
    .exec(tryReadControl('/proc/stat') ?? '')?.[1]
    ?.split(' ')
    .map(Number)
  if (fields === undefined) return undefined
  // user nice system idle iowait irq softirq steal; guests are in user already.
  const all = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0)
  return { busy: all - (fields[3] ?? 0) - (fields[4] ?? 0), all }
}
