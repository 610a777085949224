import { check, cString, libc } from './libc.ts'

/** Everything written to the file system that holds `path` is on the disk when this returns. Throws KernelError. */
export function syncFileSystem(path: string): void {
  const fd = check(libc().open(cString(path), 0, 0), 'open', path)
  try {
    check(libc().syncfs(fd), 'syncfs', path)
  } finally {
    libc().close(fd)
  }
}
