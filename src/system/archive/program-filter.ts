import { KithError } from '../../errors/kith-error.ts'
import { KernelError } from '../../native/libc.ts'
import { limitResource } from '../../native/limits.ts'
import { errorCode, failed } from '../failure.ts'
import { findProgram } from '../process.ts'

export interface FilterProgram {
  /** Tried in order; the first whose program is there runs. */
  readonly candidates: readonly (readonly string[])[]
  /** `unpack "x.tar.lz"` */
  readonly purpose: string
  readonly archive: string
  readonly searchPath: string
}

/**
 * Sends `source` through a program of the host, standard input to output. Throws `program-missing` where none of the
 * candidates is there and `archive-invalid` where it fails, with what it said. Ends the program where the reader stops.
 */
export async function* throughProgram(
  source: AsyncIterable<Uint8Array>,
  options: FilterProgram,
): AsyncGenerator<Uint8Array> {
  const argv = chooseProgram(options)
  const child = Bun.spawn(argv, {
    // Settings from outside (XZ_OPT, GZIP) would change the bytes.
    env: { PATH: options.searchPath, LC_ALL: 'C' },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  limitMemory(child.pid)
  const complaint = new Response(child.stderr).text()
  let sourceError: { readonly error: unknown } | undefined
  const feeding = feed(source, child.stdin).catch((error: unknown) => {
    // A program that fails stops reading; its exit status tells more.
    if (errorCode(error) === 'EPIPE') return
    sourceError = { error }
    child.kill('SIGKILL')
  })
  try {
    for await (const chunk of child.stdout) yield chunk
    await feeding
    const status = await child.exited
    if (sourceError !== undefined) throw sourceError.error
    if (status !== 0) throw programFailed(options, argv, status, await complaint)
  } finally {
    child.kill('SIGKILL')
  }
}

/** What a hostile archive asks for can be more than a machine has; none of the formats needs as much as this. */
const mostMemoryBytes = 2 ** 31

function limitMemory(program: number): void {
  try {
    limitResource('data', mostMemoryBytes, program)
  } catch (error) {
    // It has ended already.
    if (!(error instanceof KernelError)) throw error
  }
}

function chooseProgram({ candidates, purpose, searchPath }: FilterProgram): string[] {
  for (const [name = '', ...options] of candidates) {
    const program = findProgram([name], searchPath)
    if (program !== undefined) return [program, ...options]
  }
  const names = candidates.map(([name]) => name).join(' or ')
  throw new KithError('program-missing', { program: names, purpose })
}

async function feed(source: AsyncIterable<Uint8Array>, stdin: Bun.FileSink): Promise<void> {
  for await (const chunk of source) {
    stdin.write(chunk)
    // Waits while the pipe is full, so that no more than one chunk is held.
    await stdin.flush()
  }
  await stdin.end()
}

function programFailed(
  { archive, purpose }: FilterProgram,
  [program = '']: readonly string[],
  status: number,
  complaint: string,
): KithError {
  const said = complaint.trim().split('\n', 1)[0] ?? ''
  if (/no space left/i.test(said)) return failed(purpose, archive, new Error(said))
  return new KithError('archive-invalid', { archive, reason: said === '' ? `${program} failed with ${status}` : said })
}
