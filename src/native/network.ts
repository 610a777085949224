import { check, libc } from './libc.ts'

/** Switches on the loopback interface of this network namespace, which starts without it. Throws KernelError. */
export function startLoopback(): void {
  const internet = 2
  const datagramCloseOnExec = 2 | 0o2000000
  const setInterfaceFlags = 0x8914
  const upAndRunning = 0x41
  const socket = check(libc().socket(internet, datagramCloseOnExec, 0), 'socket', 'for the loopback interface')
  try {
    const request = Buffer.alloc(40)
    request.write('lo')
    request.writeUInt16LE(upAndRunning, 16)
    check(libc().ioctl(socket, setInterfaceFlags, request), 'ioctl SIOCSIFFLAGS', 'lo')
  } finally {
    libc().close(socket)
  }
}
