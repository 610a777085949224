/**
 * What confines a build, each by a name. A spec can do without some: only the tests of test/escape ask for that, to see that
 * an attack which is stopped would otherwise succeed.
 */
export const protections = [
  'pid-namespace',
  'network-namespace',
  'ipc-namespace',
  'uts-namespace',
  'cgroup-namespace',
  'private-mounts',
  'new-root',
  'overlay',
  'read-only',
  'no-setuid',
  'no-devices',
  'masked-proc',
  'read-only-proc',
  'sealed-root',
  'new-session',
  'own-terminal',
  'copied-input',
  'no-new-privileges',
  'capabilities',
  'seccomp',
  'landlock-files',
  'landlock-ports',
  'landlock-scopes',
  'undumpable',
  'resource-limits',
  'cgroup',
] as const

export type Protection = (typeof protections)[number]
