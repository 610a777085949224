import { basename } from 'node:path'
import type { ErrorDetails } from '../errors/catalogue.ts'
import { KithError } from '../errors/kith-error.ts'
import { needsProgram } from '../system/archive/unpack-artifact.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { makeGate } from '../system/gate.ts'
import { ownExecutable } from '../system/self.ts'
import { runStreaming } from '../system/streaming.ts'
import { openUnchanging, type UnchangingFile } from '../system/unchanging-file.ts'
import { createStageReader, type StageJob, type StageReading } from './stage-job.ts'
import type { StagedContents } from './staged-content.ts'
import { type ExpectedHash, requireHashes } from './verified-artifact.ts'

export interface StageRequest {
  readonly artifact: string
  /** A new, empty directory. */
  readonly directory: string
  readonly expected: readonly ExpectedHash[]
  readonly signal: AbortSignal | undefined
}

export interface Unpacked {
  readonly artifactHash: string
  readonly contents: StagedContents
  readonly refusedXattrs: readonly RefusedXattr[]
}

/**
 * Unpacks an artifact by a process that can write nothing but `directory`. Nothing of the artifact is parsed before its hash is what is
 * expected, and what is parsed are the bytes that were hashed. Throws `artifact-altered`, `archive-invalid`, `program-missing`,
 * `io-failed`, `staging-failed`, `interrupted`; what was unpacked by then stays.
 */
export async function runStage(request: StageRequest): Promise<Unpacked> {
  const { artifact, directory, expected } = request
  // Beside the directory, and called so that what clears one clears the other.
  using file = await openUnchanging(artifact, `${directory}-artifact`)
  // It starts, and gives up its rights, while the hash is taken here.
  using gate = makeGate()
  const stage = startStage(request, { file, input: gate.input })
  try {
    if (expected.length === 0) gate.open()
    const artifactHash = await requireHashes(artifact, file, expected)
    gate.open()
    return { artifactHash, ...(await stage.result) }
  } catch (error) {
    stage.stop()
    await stage.result.catch(() => {})
    throw error
  }
}

interface RunningStage {
  readonly result: Promise<Omit<Unpacked, 'artifactHash'>>
  readonly stop: () => void
}

function startStage(
  { artifact, directory, signal }: StageRequest,
  { file, input }: { readonly file: UnchangingFile; readonly input: number },
): RunningStage {
  const runsPrograms = needsProgram({ fd: file.fd, file: artifact, fileName: basename(artifact) })
  const job: StageJob = { artifact, directory, runsPrograms, owner: process.pid }
  const stopping = new AbortController()
  const reader = createStageReader()
  let printed = ''
  const running = runStreaming([ownExecutable(), '__stage', JSON.stringify(job)], {
    purpose: 'unpack packages',
    stdin: input,
    inherited: [file.fd],
    cwd: directory,
    isDetached: true,
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    output: reader.push,
    errors: (bytes) => {
      printed = (printed + Buffer.from(bytes).toString('latin1')).slice(-4000)
    },
    signal: signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]),
    end: endProcess,
  })
  const finish = async (): Promise<Omit<Unpacked, 'artifactHash'>> => {
    const failed = (reason: string): KithError => new KithError('staging-failed', { artifact, reason })
    const status = await running.catch((error: unknown) => {
      throw error instanceof KithError ? error : failed(error instanceof Error ? error.message : String(error))
    })
    if (signal?.aborted) throw new KithError('interrupted', {})
    const reading = reader.end()
    if (reading.kind === 'unpacked' && status === 0) return reading
    if (reading.kind === 'failed') throw revive(artifact, reading)
    throw failed(printed.trim() || `the process that unpacks it ended with status ${status}`)
  }
  const result = finish()
  // Whoever waits for it hears of it; until then it is no failure that nobody handles.
  result.catch(() => {})
  return { result, stop: () => stopping.abort() }
}

/** What the process may say went wrong: anything else would be its own invention. */
function revive(artifact: string, { code, details }: Extract<StageReading, { kind: 'failed' }>): KithError {
  const text = (key: string): string => details[key] ?? ''
  switch (code) {
    case 'archive-invalid': {
      const told = { archive: text('archive'), reason: text('reason') }
      const named: ErrorDetails<'archive-invalid'> =
        details.member === undefined ? told : { ...told, member: text('member') }
      return new KithError(code, named)
    }
    case 'program-missing':
      return new KithError(code, { program: text('program'), purpose: text('purpose') })
    case 'io-failed':
      return new KithError(code, { action: text('action'), path: text('path'), reason: text('reason') })
    default:
      return new KithError('staging-failed', { artifact, reason: text('reason') || code })
  }
}

function endProcess(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
