import { address, callNumber, check, libc } from './libc.ts'

/** As many as the kernel is ever built for. */
const mostProcessors = 8192

/** Numbers of the processors that this thread may run on, ascending (sched_getaffinity(2)). Throws KernelError. */
export function allowedProcessors(): number[] {
  const mask = Buffer.alloc(mostProcessors / 8)
  const getAffinity = callNumber({ x64: 204, arm64: 123 })
  check(libc().syscall(getAffinity, 0, mask.length, address(mask), 0, 0), 'sched_getaffinity', '')
  return [...mask].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => index * 8 + bit),
  )
}

/** Has this thread, and all that it starts, run on these processors alone (sched_setaffinity(2)). Throws KernelError. */
export function setProcessors(numbers: readonly number[]): void {
  const mask = Buffer.alloc(mostProcessors / 8)
  for (const number of numbers) mask[number >> 3] = (mask[number >> 3] ?? 0) | (1 << (number & 7))
  const setAffinity = callNumber({ x64: 203, arm64: 122 })
  check(libc().syscall(setAffinity, 0, mask.length, address(mask), 0, 0), 'sched_setaffinity', numbers.join(','))
}
