/**
 * TCP ports of a build's own loopback interface: programs that let the kernel pick a port get one of these, since the range is
 * set in the build's network namespace, and Landlock closes all others.
 */
export const loopbackPorts = { first: 60_000, last: 60_255 } as const

/** What Landlock is to allow: 0 stands for a port that the kernel picks. */
export function allowedPorts(): number[] {
  const { first, last } = loopbackPorts
  return [0, ...Array.from({ length: last - first + 1 }, (_, index) => first + index)]
}
