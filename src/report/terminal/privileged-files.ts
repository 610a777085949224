import type { PrivilegedFiles } from '../../events/store-events.ts'

/** A sentence for each file that gives privileges: `/usr/bin/ping gets cap_net_raw+ep`. */
export function describePrivileged({ reason, owner, files }: PrivilegedFiles): string[] {
  const when = reason === 'built' ? 'when installed, ' : 'new: '
  return files.map(
    ({ path, privileges }) => `${when}${path} ${privileges.map((one) => describe(one, owner)).join(', ')}`,
  )
}

function describe(privilege: string, owner: string): string {
  if (privilege === 'setuid') return `runs as ${owner} (setuid)`
  if (privilege === 'setgid') return `runs with the group of ${owner} (setgid)`
  return `gets ${privilege}`
}
