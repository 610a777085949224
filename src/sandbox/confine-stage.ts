import { becomeProgram } from '../native/execute.ts'
import { type LandlockRule, landlockAbi, restrictSelf } from '../native/landlock.ts'
import { KernelError } from '../native/libc.ts'
import { limitResource } from '../native/limits.ts'
import { dieWithParent, dropCapabilities, setNoNewPrivileges } from '../native/privileges.ts'
import { filterSystemCalls } from '../native/seccomp.ts'
import { isFile, readText } from '../system/files.ts'
import { compileFilter, stageRules } from './seccomp-filter.ts'

export interface StageConfinement {
  /** The only directory of the host below which anything can be written. */
  readonly directory: string
  /** Whether programs of the host must run, and so everything be readable; otherwise nothing is but what a process loads. */
  readonly runsPrograms: boolean
  /** Process id of the kith that asked. */
  readonly owner: number
}

/**
 * Makes this process one that can do no more than unpack into a directory, and runs `argv`, kith itself, in it. Landlock and
 * capabilities belong to a thread, and a runtime has several: only a new program has none from before. It dies with the owner. Throws
 * KernelError, and an Error where the owner has ended; does not return otherwise.
 */
export function becomeStage(
  confinement: StageConfinement,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): never {
  dieWithParent()
  if (process.ppid !== confinement.owner) throw new Error('kith has ended')
  // Of this size the kernel neither writes a core nor hands one to a handler of the host.
  limitResource('core', 1)
  setNoNewPrivileges()
  const abi = landlockAbi()
  if (abi > 0) restrictSelf({ paths: planStageRules(confinement), ports: [] }, abi)
  filterCalls()
  dropCapabilities(['chown', 'dacOverride', 'fowner', 'fsetid', 'setfcap'])
  becomeProgram(process.execPath, argv, environment)
}

function planStageRules({ directory, runsPrograms }: StageConfinement): LandlockRule[] {
  const readable: LandlockRule[] = runsPrograms
    ? [{ path: '/', access: 'read' }]
    : [...loadedFiles().map((path) => ({ path, access: 'read-file' }) as const), { path: ownState, access: 'read' }]
  return [...readable, { path: directory, access: 'write' }]
}

/** The runtime reads the bounds of its stack there. It stays the same one when the process becomes another program. */
const ownState = '/proc/self'

/** What this process was made of, and will be again: executable, loader, libraries. */
function loadedFiles(): string[] {
  const mapped = readText(`${ownState}/maps`).matchAll(/ (\/.+)$/gm)
  const files = new Set([...mapped].map(([, path = '']) => path))
  return [...files, '/etc/ld.so.cache', '/etc/ld-musl-x86_64.path', '/etc/ld-musl-aarch64.path'].filter(isFile)
}

/** A kernel without such filters has the other protections still. */
function filterCalls(): void {
  try {
    filterSystemCalls(compileFilter(process.arch === 'arm64' ? 'arm64' : 'x64', stageRules))
  } catch (error) {
    const isMissing = error instanceof KernelError && [invalidArgument, noSuchCall].includes(error.errno)
    if (!isMissing) throw error
  }
}
const invalidArgument = 22
const noSuchCall = 38
