import { basename } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { limitMemory } from '../sandbox/limit-memory.ts'
import { unpackOpenFile } from '../system/archive/unpack-artifact.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { waitAtGate } from '../system/gate.ts'
import { reportLines } from '../system/report-file.ts'
import { artifactDescriptor, type StageJob, type StageLine } from './stage-job.ts'
import type { StagedContents } from './staged-content.ts'

/** More than any archive takes, and less than any host has. */
const mostMemoryBytes = 1 << 28

/**
 * The hidden command `__unpack`, confined: unpacks the tarball that is its descriptor 3, when its input says that its bytes are those
 * that were wanted, and tells what it brought. Gives the exit status.
 */
export async function unpackStaged(job: string): Promise<number> {
  const { artifact, directory } = JSON.parse(job) as StageJob
  process.umask(0)
  if (!waitAtGate()) return 1
  const lines = await unpack(artifact, directory)
  reportLines(1, lines)
  return 0
}

async function unpack(artifact: string, directory: string): Promise<Iterable<StageLine>> {
  try {
    limitMemory(mostMemoryBytes)
    const tarball = { fd: artifactDescriptor, file: artifact, fileName: basename(artifact) }
    const keeps = { keepsXattrs: true, keepsContents: true }
    const { contents, refusedXattrs } = await unpackOpenFile(tarball, directory, keeps)
    return tellContents(contents, refusedXattrs)
  } catch (error) {
    if (error instanceof KithError)
      return [{ kind: 'failed', code: error.code, details: textDetails(Object(error.details)) }]
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return [{ kind: 'failed', code: 'staging-failed', details: { artifact, reason } }]
  }
}

function* tellContents(contents: StagedContents, refusedXattrs: readonly RefusedXattr[]): Generator<StageLine> {
  for (const [path, content] of contents) yield { path, ...content }
  yield { kind: 'unpacked', refusedXattrs }
}

function textDetails(details: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(details).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  )
}
