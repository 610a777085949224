import { allowMore, type Limit, limitReached } from './build-errors.ts'
import { entry } from './entry.ts'

export const sandboxErrors = {
  'sandbox-setup-failed': entry<{ step: string; reason: string }>(
    ({ step, reason }) => `Cannot set up the sandbox: cannot ${step}: ${reason}`,
    ({ step, reason }) => {
      if (/overlay/.test(step) && /ENODEV/.test(reason))
        return 'This kernel has no overlayfs; load it with: modprobe overlay; or do without: KITH_SYSROOT=links'
      if (/overlay/.test(step) && /EINVAL/.test(reason))
        return 'The kernel does not stack overlays this high, as in a container of a container; do without: KITH_SYSROOT=links'
      if (/landlock/.test(reason))
        return 'See whether the kernel has Landlock switched on: cat /sys/kernel/security/lsm'
      if (/mount_setattr/.test(reason) && /ENOSYS/.test(reason)) return 'Building needs Linux 5.12 or newer: uname -r'
      if (/EPERM|not permitted/.test(reason))
        return 'Mounts and namespaces are forbidden here, as in many containers; run kith build outside, or allow them'
      return 'The kernel log may say more: dmesg | tail'
    },
  ),
  'user-namespaces-refused': entry<{ reason: string }>(
    ({ reason }) => `Cannot build as an ordinary user: this system refuses user namespaces: ${reason}`,
    () =>
      'Run the same command as root, for example: sudo kith build NAME; or allow them: sysctl user.max_user_namespaces (more than 0), kernel.unprivileged_userns_clone (1), kernel.apparmor_restrict_unprivileged_userns (0)',
  ),
  'sandbox-command-missing': entry<{ program: string; reason: string }>(
    ({ program, reason }) => `Cannot start "${program}" in the sandbox: ${reason}`,
    () => 'See which interpreter its first line names; add the package that has it to depends, then kith build again',
  ),
  'sandbox-file-missing': entry<{ path: string }>(
    ({ path }) => `Cannot show "${path}" to builds: KISS_SANDBOX_FILES names it, but nothing is there`,
    () => 'Correct KISS_SANDBOX_FILES: absolute paths between blanks, each read-only unless :rw follows',
  ),
  'sandbox-file-refused': entry<{ path: string; reason: string }>(
    ({ path, reason }) => `Cannot show "${path}" to builds, which KISS_SANDBOX_FILES names: ${reason}`,
    () => "Name what builds need, for example: KISS_SANDBOX_FILES='/opt/blob /srv/models:rw'",
  ),
  'sandbox-limit-reached': entry<{ task: string; limit: Limit }>(
    ({ task, limit }) => `Cannot ${task}: ${limitReached[limit]}`,
    ({ limit }) => (limit === 'free' ? 'Make space: df -h' : `Allow more: ${allowMore(limit)}`),
  ),
  'sandbox-worker-failed': entry<{ task: string; reason: string }>(
    ({ task, reason }) => `Cannot ${task}: ${reason}`,
    () => 'Keep the work directory to look at it: KISS_DEBUG=1 kith build NAME',
  ),
} as const
