import type { Transform } from 'node:stream'
import { KithError } from '../../errors/kith-error.ts'
import { errorCode, reasonOf } from '../failure.ts'

/**
 * Sends `source` through a stream of node:zlib, which works on threads of its own; reads ahead no more than its buffers.
 * What zlib finds wrong becomes `archive-invalid`; errors of `source` pass unchanged.
 */
export async function* throughZlib(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  archive: string,
): AsyncGenerator<Uint8Array> {
  let sourceError: unknown
  const feeding = feed(source, transform).catch((error: unknown) => {
    sourceError = error
    transform.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  try {
    for await (const chunk of transform) yield chunk
    await feeding
  } catch (error) {
    if (sourceError !== undefined) throw sourceError
    throw new KithError('archive-invalid', { archive, reason: damage(error) }, { cause: error })
  } finally {
    transform.destroy()
  }
}

async function feed(source: AsyncIterable<Uint8Array>, transform: Transform): Promise<void> {
  for await (const chunk of source) {
    if (transform.destroyed) return
    if (!transform.write(chunk)) await roomIn(transform)
  }
  transform.end()
}

function roomIn(transform: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      transform.off('drain', done)
      transform.off('close', done)
      resolve()
    }
    transform.on('drain', done)
    transform.on('close', done)
  })
}

function damage(error: unknown): string {
  const isCut = errorCode(error) === 'Z_BUF_ERROR'
  return isCut ? 'its compressed data is truncated' : `its compressed data is damaged: ${reasonOf(error)}`
}
