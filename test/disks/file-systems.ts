import * as fs from 'node:fs'
import { join } from 'node:path'
import { mount } from '../../src/native/mount.ts'
import { isRoot } from '../../src/store/store-fixture.ts'

export interface FileSystem {
  readonly name: string
  readonly sizeBytes: number
  readonly make: readonly string[]
  /** Says by its status whether the disk is well, and changes nothing. */
  readonly check: readonly string[]
  /** Debian's package with both. */
  readonly package: string
}

const megabyte = 1 << 20

export const fileSystems: readonly FileSystem[] = [
  {
    name: 'ext4',
    sizeBytes: 48 * megabyte,
    make: ['mkfs.ext4', '-q', '-E', 'nodiscard,lazy_itable_init=0,lazy_journal_init=0'],
    check: ['e2fsck', '-fn'],
    package: 'e2fsprogs',
  },
  {
    name: 'xfs',
    sizeBytes: 320 * megabyte,
    make: ['mkfs.xfs', '-q', '-K'],
    check: ['xfs_repair', '-n'],
    package: 'xfsprogs',
  },
  {
    name: 'btrfs',
    sizeBytes: 128 * megabyte,
    make: ['mkfs.btrfs', '-q', '--nodiscard'],
    check: ['btrfs', 'check', '--readonly'],
    package: 'btrfs-progs',
  },
]

/** Why one cannot be tested here, or undefined. */
export function whyNotFileSystem({ name, make, check, package: source }: FileSystem): string | undefined {
  if (!isRoot) return 'only root can mount'
  if (!fs.existsSync('/dev/loop-control') || Bun.which('losetup') === null) return 'needs loop devices'
  const known = fs.readFileSync('/proc/filesystems', 'utf8').split('\n')
  if (!known.some((line) => line.endsWith(`\t${name}`))) return `this kernel has no ${name}`
  const missing = [make[0] ?? '', check[0] ?? ''].find((program) => Bun.which(program) === null)
  return missing === undefined ? undefined : `needs ${missing} (on Debian: apt-get install ${source})`
}

/** Why writes to a disk cannot be recorded here, or undefined. */
export function whyNoLoggingDisk(): string | undefined {
  return fs.existsSync('/dev/fuse') ? undefined : 'needs /dev/fuse'
}

export interface MountedDisk extends Disposable {
  /** Where it is mounted. */
  readonly path: string
}

/** Makes an empty file system in `image`, which is made too. */
export function makeFileSystem({ make, sizeBytes }: FileSystem, image: string): void {
  fs.writeFileSync(image, '')
  fs.truncateSync(image, sizeBytes)
  runHost([...make, image])
}

/** Mounts the file system in `image` below `directory` by a loop device, which goes with the mount, however that ends. */
export function mountImage({ name }: FileSystem, image: string, directory: string): MountedDisk {
  const device = runHost(['losetup', '--find', '--show', image]).trim()
  const path = join(directory, `on-${name}`)
  try {
    fs.mkdirSync(path, { recursive: true })
    mount({ source: device, target: path, type: name })
  } finally {
    // While it is mounted it stays.
    runHost(['losetup', '--detach', device])
  }
  return {
    path,
    [Symbol.dispose]: () => {
      runHost(['umount', path])
      waitUntilDetached(device)
    },
  }
}

/** As long as anybody has the file system mounted, the image is not what it will be. */
function waitUntilDetached(device: string): void {
  for (let turn = 0; fs.existsSync(`/sys/block/${device.replace('/dev/', '')}/loop/backing_file`); turn++) {
    if (turn > 1000) throw new Error(`${device} is still in use`)
    Bun.sleepSync(10)
  }
}

/** What a check of the unmounted `image` says where it is not well, or undefined. */
export function findDamage({ check }: FileSystem, image: string): string | undefined {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...check, image], { stdout: 'pipe', stderr: 'pipe' })
  return exitCode === 0 ? undefined : `${check.join(' ')}: ${exitCode}\n${stdout}${stderr}`
}

/** Gives the output; throws where it fails. */
export function runHost(argv: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stdout: 'pipe', stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
  return stdout.toString()
}
