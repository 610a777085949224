/** How the layers of a sysroot are merged: by overlayfs, by hard links and mounts, or by whichever the kernel has. */
export const sysrootSettings = ['auto', 'overlay', 'links'] as const
export type SysrootSetting = (typeof sysrootSettings)[number]
export type SysrootStrategy = Exclude<SysrootSetting, 'auto'>

export function isSysrootSetting(text: string): text is SysrootSetting {
  return (sysrootSettings as readonly string[]).includes(text)
}
