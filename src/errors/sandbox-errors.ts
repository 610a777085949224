import { entry } from './entry.ts'

export const sandboxErrors = {
  'sandbox-setup-failed': entry<{ step: string; reason: string }>(
    ({ step, reason }) => `Cannot set up the sandbox: cannot ${step}: ${reason}`,
    ({ step, reason }) => {
      if (/ENODEV/.test(reason) && /overlay/.test(step))
        return 'This kernel has no overlayfs; load it with: modprobe overlay'
      if (/EPERM/.test(reason))
        return 'Building needs root for now, and a kernel that allows mounts (not every container does)'
      return 'The kernel log may say more: dmesg | tail'
    },
  ),
  'sandbox-needs-root': entry<Record<string, never>>(
    () => 'Cannot build: the sandbox needs root',
    () => 'Run the same command as root (for example with sudo)',
  ),
  'sandbox-worker-failed': entry<{ task: string; reason: string }>(({ task, reason }) => `Cannot ${task}: ${reason}`),
} as const
