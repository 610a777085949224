import { KithError } from '../errors/kith-error.ts'
import { requireProgram, run } from './process.ts'

export interface MergeInput {
  readonly mine: string
  /** What both come from; nothing where undefined. */
  readonly base: string | undefined
  readonly theirs: string
}

export interface Merged {
  /** Bytes as latin1, with marks where there are conflicts. */
  readonly content: string
  readonly conflicts: number
}

/** Brings what changed from `base` to `theirs` into `mine`, by git's merge-file; the files stay as they are. Throws `program-missing`. */
export async function mergeFiles({ mine, base, theirs }: MergeInput): Promise<Merged> {
  const purpose = 'merge text files'
  const argv = [requireProgram('git', purpose), 'merge-file', '-p', '-q', '--', mine, base ?? '/dev/null', theirs]
  const { status, bytes, stderr } = await run(argv, purpose, { env: plainEnvironment })
  // 128 and above: it could not.
  if (status >= 128) throw new KithError('io-failed', { action: 'merge', path: mine, reason: stderr.trim() })
  return { content: Buffer.from(bytes).toString('latin1'), conflicts: status }
}

/** What diff(1) says of two files, in the unified form; nothing where they are the same. Throws `program-missing`. */
export async function compareFiles(before: string, after: string): Promise<string> {
  const purpose = 'compare text files'
  return (await run([requireProgram('diff', purpose), '-u', '--', before, after], purpose, { env: plainEnvironment }))
    .stdout
}

/** The same, under one name; where one of them is not there, all of the other is new or gone. Throws `program-missing`. */
export async function diffFiles(files: {
  readonly before: string | undefined
  readonly after: string | undefined
  readonly label: string
}): Promise<string> {
  const { before = '/dev/null', after = '/dev/null', label } = files
  const purpose = 'compare text files'
  const labels = ['-L', `a/${label}`, '-L', `b/${label}`]
  const argv = [requireProgram('diff', purpose), '-u', ...labels, '--', before, after]
  return (await run(argv, purpose, { env: plainEnvironment })).stdout
}

const plainEnvironment = {
  LC_ALL: 'C',
  PATH: '/usr/bin:/bin',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
}
