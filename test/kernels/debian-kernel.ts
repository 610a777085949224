import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runHere } from './run-here.ts'

/** A kernel of Debian, unpacked into a scratch directory: this machine's own stays as it is. */
export interface Kernel {
  /** `6.1.0-56-amd64`. */
  readonly release: string
  readonly image: string
  /** Where its modules are, in any depth. */
  readonly modules: string
}

/** Modules that the guest may need, as patterns of tar(1): the whole package has half a gigabyte. */
const wantedMembers = [
  './boot/vmlinuz-*',
  ...['fs/9p', 'net/9p', 'fs/netfs', 'fs/fscache', 'fs/overlayfs', 'fs/ext4', 'fs/jbd2', 'fs/mbcache*'],
  ...['drivers/virtio', 'drivers/block/virtio_blk*', 'lib/crc*', 'lib/libcrc*', 'crypto/crc*', 'arch/x86/crypto/crc*'],
].map((member) => (member.startsWith('./') ? member : `./lib/modules/*/kernel/${member}`))

/**
 * Downloads the kernel that the package `name` (which has nothing but a dependency) stands for, and unpacks what is wanted
 * of it below `scratch`. Throws an Error that says why it cannot be had.
 */
export function fetchKernel(name: string, scratch: string): Kernel {
  const depends = runHere(['apt-cache', 'depends', name], scratch)
  const versioned = /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  if (versioned === undefined) throw new Error(`no package ${name} in the lists of apt (apt-get update?)`)
  const directory = join(scratch, versioned)
  unpackPackage(versioned, directory, wantedMembers)
  const image = readdirSync(join(directory, 'boot')).find((file) => file.startsWith('vmlinuz-'))
  if (image === undefined) throw new Error(`${versioned} has no kernel`)
  return {
    release: image.slice('vmlinuz-'.length),
    image: join(directory, 'boot', image),
    modules: join(directory, 'lib/modules'),
  }
}

/** Downloads a package and unpacks the members of these patterns; one that is not there is no error. */
export function unpackPackage(name: string, directory: string, members: readonly string[]): void {
  mkdirSync(directory, { recursive: true })
  runHere(['apt-get', '-q', '-o', 'APT::Sandbox::User=root', 'download', name], directory)
  const file = readdirSync(directory).find((one) => one.endsWith('.deb'))
  if (file === undefined) throw new Error(`apt-get brought no ${name}`)
  // tar's status tells of patterns without a member: not each kernel has each module.
  const unpack = 'file=$1; shift; dpkg-deb --fsys-tarfile "$file" | tar -x --wildcards "$@" 2>/dev/null || true'
  runHere(['bash', '-ec', unpack, 'bash', file, ...members], directory)
}
