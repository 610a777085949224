import { dirname, join } from 'node:path'
import { fileInfo, linkInfo, readLatin1, readLink } from '../system/files.ts'
import type { SysrootPackages } from './sysroot-packages.ts'

/** How the tools in a sysroot learn how many programs they may run. */
export type JobProtocol = 'fifo' | 'pipe' | 'plain'

type Sysroot = Pick<SysrootPackages, 'layers' | 'hasHostTools'>

/**
 * What make in the sysroot understands, seen from the words in its program, and nothing is run for it: GNU make from 4.4 on
 * takes tokens from a named pipe, from 4.2 on from descriptors; what is older, or no GNU make, gets a number. So does a build
 * that depends on a ninja or samurai which cannot do what make does: ninja takes tokens from 1.13 on, from a named pipe, and one
 * that takes none runs as many programs as it likes.
 */
export function findJobProtocol(sysroot: Sysroot): JobProtocol {
  const own = { ...sysroot, hasHostTools: false }
  const ninjas = ['ninja', 'samu'].map((name) => wordsIn(findTool(own, name)).auth)
  const make = wordsIn(findTool(sysroot, 'make'))
  if (ninjas.includes(false) || make.auth === false) return 'plain'
  if (make.fifo || make.auth === undefined) return 'fifo'
  return ninjas.includes(true) ? 'plain' : 'pipe'
}

interface Words {
  readonly fifo: boolean
  /** Undefined: there is no such tool. */
  readonly auth: boolean | undefined
}

const largestTool = 64 * 1024 ** 2

function wordsIn(file: string | undefined): Words {
  if (file === undefined) return { fifo: false, auth: undefined }
  const text = (fileInfo(file)?.sizeBytes ?? 0) <= largestTool ? readLatin1(file) : ''
  return { fifo: text.includes('jobserver-fifo'), auth: text.includes('jobserver-auth') }
}

const directories = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin']

/** The program that a build would start by this name: of the topmost layer that has one, or the host's. */
function findTool({ layers, hasHostTools }: Sysroot, name: string): string | undefined {
  for (const directory of directories) {
    for (const layer of layers) {
      const file = followWithin(layer, join(directory, name))
      if (file !== undefined) return file
    }
    const file = join('/', directory, name)
    if (hasHostTools && fileInfo(file)?.kind === 'file') return file
  }
  return undefined
}

/** A layer was built by anybody: only links beside the file are followed, and none on the way to it. */
function followWithin(layer: string, path: string): string | undefined {
  let file = path
  for (let above = dirname(path); above !== '.'; above = dirname(above))
    if (linkInfo(join(layer, above))?.kind !== 'directory') return undefined
  for (let step = 0; step < 4; step++) {
    const kind = linkInfo(join(layer, file))?.kind
    if (kind === 'file') return join(layer, file)
    const to = kind === 'symlink' ? readLink(join(layer, file)) : '/'
    if (to.includes('/')) return undefined
    file = join(dirname(file), to)
  }
  return undefined
}
