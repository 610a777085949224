import type { HostFinding } from '../model/host-finding.ts'
import type { PlaceFacts } from './build-host-facts.ts'

const mebibyte = 2 ** 20

/** Builds end at this by themselves (KITH_LIMITS, free). */
const leastBytes = 256 * mebibyte
const fewBytes = 1024 * mebibyte
const fewFiles = 10_000

const roles = {
  cache: { what: 'the cache', use: 'sources, layers and built packages', variable: 'XDG_CACHE_HOME' },
  work: { what: 'the work directory', use: 'what builds unpack and make', variable: 'KISS_TMPDIR' },
  root: { what: 'the root', use: 'what is installed', variable: 'KISS_ROOT' },
} as const

/** One finding for each thing that is wrong with a place, or one that all is well. */
export function judgePlace(place: PlaceFacts): readonly HostFinding[] {
  const faults = [judgeAccess(place), judgeExecution(place), judgeSpace(place), judgeFiles(place)]
  const found = faults.filter((fault) => fault !== undefined)
  if (found.length > 0) return found
  const { role, path, space } = place
  const { use } = roles[role]
  return [{ id: role, status: 'ok', found: `${path}: ${size(space.freeBytes)} free`, meaning: `for ${use}` }]
}

function judgeAccess({ role, path, options }: PlaceFacts): HostFinding | undefined {
  if (options.isWritable) return undefined
  const { what, use, variable } = roles[role]
  const id = `${role}-writable`
  const found = `this user cannot write to ${path}`
  if (role === 'root') {
    const meaning = 'Nothing can be installed there; building works.'
    return {
      id,
      status: 'warning',
      found,
      meaning,
      remedy: `Install as root, or set ${variable} to a directory of yours.`,
    }
  }
  const remedy = `Set ${variable} to a directory that you can write to.`
  return { id, status: 'failing', found, meaning: `${capital(what)} is for ${use}.`, remedy }
}

/** Build scripts, what they compile to run it, and programs of single layers are executed where they lie. */
function judgeExecution({ role, path, options }: PlaceFacts): HostFinding | undefined {
  if (role === 'root' || !options.isNoExec) return undefined
  const found = `${path} is mounted noexec${options.isNoSuid ? ' and nosuid' : ''}`
  const remedy = `Set ${roles[role].variable} to a directory on another file system.`
  const meaning =
    role === 'work'
      ? 'Build scripts, and programs that a build makes for itself, cannot be executed there.'
      : 'The packages that builds use are unpacked there: some of their programs cannot be executed.'
  return { id: `${role}-executable`, status: role === 'work' ? 'failing' : 'warning', found, meaning, remedy }
}

function judgeSpace({ role, path, space }: PlaceFacts): HostFinding | undefined {
  if (space.freeBytes >= fewBytes) return undefined
  const { use, variable } = roles[role]
  const isFull = space.freeBytes < leastBytes && role !== 'root'
  return {
    id: `${role}-space`,
    status: isFull ? 'failing' : 'warning',
    found: `${path}: ${size(space.freeBytes)} free`,
    meaning: isFull ? 'kith ends builds before a disk is full: it would end the first.' : `Little for ${use}.`,
    remedy: `Make space (df -h ${path}), or set ${variable} to another file system.`,
  }
}

function judgeFiles({ role, path, space }: PlaceFacts): HostFinding | undefined {
  if (space.freeFiles === undefined || space.freeFiles >= fewFiles) return undefined
  return {
    id: `${role}-files`,
    status: 'warning',
    found: `${path}: only ${space.freeFiles} more files can be made (inodes)`,
    meaning: 'A large source has more files than that.',
    remedy: `See what has so many: df -i ${path}`,
  }
}

function size(bytes: number): string {
  return bytes >= 1024 * mebibyte
    ? `${(bytes / 1024 / mebibyte).toFixed(1)} GiB`
    : `${Math.floor(bytes / mebibyte)} MiB`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
