import { entry } from './entry.ts'

export const sandboxErrors = {
  'sandbox-setup-failed': entry<{ step: string; reason: string }>(
    ({ step, reason }) => `Cannot set up the sandbox: cannot ${step}: ${reason}`,
    ({ step, reason }) => {
      if (/overlay/.test(step) && /ENODEV/.test(reason))
        return 'This kernel has no overlayfs; load it with: modprobe overlay'
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
  'sandbox-too-many-layers': entry<{ directory: string; layers: number; most: number }>(
    ({ directory, layers, most }) =>
      `Cannot put the sandbox together: ${layers} packages have files in ${directory}, the kernel merges at most ${most}`,
    () => 'Take packages that are not needed out of depends; kith build --dry-run NAME shows what is left',
  ),
  'sandbox-worker-failed': entry<{ task: string; reason: string }>(
    ({ task, reason }) => `Cannot ${task}: ${reason}`,
    () => 'Keep the work directory to look at it: KISS_DEBUG=1 kith build NAME',
  ),
} as const
