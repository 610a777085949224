import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kernel } from './debian-kernel.ts'
import { directoryEntry, printInitramfs, programEntry } from './initramfs.ts'
import { orderModules } from './modules.ts'
import { runHere } from './run-here.ts'

export interface Guest {
  readonly kernel: Kernel
  readonly accelerator: Accelerator
  /** More of the kernel's command line. */
  readonly parameters: string
  /** What the guest sees at /mnt/kith, read-only. */
  readonly share: string
  /** busybox, statically linked. */
  readonly busybox: string
  readonly limitMs: number
  /** Ends it early. */
  readonly signal: AbortSignal
  /** Gets what it writes to its console. */
  readonly hear: (text: string) => void
}

/** What init.sh needs before anything else; the rest of the kernel's modules stays away, overlayfs too. */
const firstModules = ['virtio_pci', 'virtio_blk', '9pnet_virtio', '9p', 'crc32c_generic', 'ext4']

/** How qemu runs the guest's instructions: `tcg` interprets, ten to fifty times slower. */
export const accelerators = ['kvm', 'tcg'] as const
export type Accelerator = (typeof accelerators)[number]

const acceleratorOptions: Readonly<Record<Accelerator, readonly string[]>> = {
  // Some hosts refuse what is told of speculative execution, and nobody here needs it.
  kvm: ['-accel', 'kvm', '-cpu', 'host,arch-capabilities=off'],
  tcg: ['-accel', 'tcg,thread=multi,tb-size=1024', '-cpu', 'max'],
}

/**
 * `kvm` where a kernel really starts with it: some virtual machines have a /dev/kvm that takes only kernels made for it. One
 * that finds no root panics, and ends qemu by that.
 */
export async function findAccelerator({ image }: Kernel): Promise<Accelerator> {
  if (!existsSync('/dev/kvm')) return 'tcg'
  const argv = [...machine, ...acceleratorOptions.kvm, '-kernel', image, '-append', 'console=ttyS0 panic=-1']
  const child = Bun.spawn(argv, {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
    timeout: 8000,
    killSignal: 'SIGKILL',
  })
  const text = await new Response(child.stdout).text()
  return text.includes('Linux version') ? 'kvm' : 'tcg'
}

/** Without a network, and killed with this process. */
const machine = [
  ...['setpriv', '--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', '-machine', 'q35', '-smp', '2', '-m', '4G'],
  ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio', '-nic', 'none'],
]

/** Boots a kernel on this machine's files, which the guest cannot change, and waits until it ends or its time is over. */
export async function bootGuest(guest: Guest, scratch: string): Promise<void> {
  const initramfs = join(scratch, 'initramfs')
  writeFileSync(initramfs, makeInitramfs(guest))
  const disk = join(scratch, 'disk')
  // Sparse, and gone with the scratch directory.
  runHere(['truncate', '--size=8G', disk], scratch)
  runHere(['mke2fs', '-q', '-t', 'ext4', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', disk], scratch)
  const child = Bun.spawn(qemuCommand(guest, initramfs, disk), {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    signal: AbortSignal.any([guest.signal, AbortSignal.timeout(guest.limitMs)]),
    killSignal: 'SIGKILL',
  })
  const decoder = new TextDecoder()
  for await (const bytes of child.stdout) guest.hear(decoder.decode(bytes, { stream: true }))
  const complaint = (await new Response(child.stderr).text()).trim()
  if (complaint !== '') guest.hear(`\n@@ lost qemu: ${complaint.replaceAll('\n', '; ')}\n`)
  await child.exited
}

function makeInitramfs({ kernel, busybox }: Guest): Uint8Array {
  const modules = orderModules(firstModules, kernel.modules)
  const overlay = orderModules(['overlay'], kernel.modules)
  const order = modules.map(({ name }) => name).join('\n')
  return printInitramfs([
    ...['bin', 'proc', 'dev', 'modules'].map(directoryEntry),
    programEntry('modules/order', Buffer.from(order)),
    ...[...modules, ...overlay].map(({ name, code }) => programEntry(`modules/${name}.ko`, code)),
    programEntry('bin/busybox', readFileSync(busybox)),
    programEntry('init', readFileSync(join(import.meta.dir, 'init.sh'))),
  ])
}

function qemuCommand({ kernel, accelerator, parameters, share }: Guest, initramfs: string, disk: string): string[] {
  const shared = (path: string, tag: string): string[] => [
    '-virtfs',
    `local,path=${path},mount_tag=${tag},security_model=none,readonly=on,multidevs=remap`,
  ]
  return [
    ...machine,
    ...acceleratorOptions[accelerator],
    ...['-kernel', kernel.image, '-initrd', initramfs],
    ...['-append', `console=ttyS0 quiet loglevel=1 panic=-1 ${parameters}`.trim()],
    ...['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`],
    ...shared('/', 'root'),
    ...shared(share, 'kith'),
  ]
}
