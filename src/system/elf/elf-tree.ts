import type { TreePath } from '../../model/tree-path.ts'
import { openForReading } from '../byte-range.ts'
import { causeCode } from '../failure.ts'
import { PhysicalPaths } from '../physical-paths.ts'
import { hostPath, treeEntry } from '../tree.ts'
import { diskTree } from '../tree-view.ts'
import { type ElfFile, parseElf } from './parse-elf.ts'

/** The files of a tree by what they are, links followed inside the tree; each is read once. */
export interface ElfTree {
  /** Undefined where there is no ELF file, or one that may not be read. Throws `io-failed`. */
  readonly elf: (path: TreePath) => ElfFile | undefined
  /** Where what is at `path` leads. */
  readonly target: (path: TreePath) => TreePath
  /** Bytes as latin1; undefined where there is no file, or one that is larger than any text. Throws `io-failed`. */
  readonly text: (path: TreePath) => string | undefined
}

/** A file of pkg-config has one or two thousand bytes. */
const mostTextBytes = 1 << 16

export function openElfTree(directory: string): ElfTree {
  const physical = new PhysicalPaths(diskTree(directory))
  const known = new Map<TreePath, ElfFile | undefined>()
  const target = (path: TreePath): TreePath => physical.target(path)
  return {
    target,
    elf(path) {
      const place = target(path)
      if (!known.has(place)) known.set(place, readElf(directory, place))
      return known.get(place)
    },
    text(path) {
      const place = target(path)
      const found = treeEntry(directory, place)
      if (found?.kind !== 'file' || found.sizeBytes > mostTextBytes) return undefined
      return ifReadable(() => {
        using file = openForReading(hostPath(directory, place))
        return Buffer.from(file.read(0, mostTextBytes)).toString('latin1')
      })
    },
  }
}

function readElf(directory: string, place: TreePath): ElfFile | undefined {
  // A pipe would be waited for.
  if (treeEntry(directory, place)?.kind !== 'file') return undefined
  return ifReadable(() => {
    using file = openForReading(hostPath(directory, place))
    const reading = parseElf(file)
    return reading.kind === 'elf' ? reading.elf : undefined
  })
}

/** Of a root that belongs to somebody else there are files that only they may read. */
function ifReadable<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (causeCode(error) === 'EACCES') return undefined
    throw error
  }
}
