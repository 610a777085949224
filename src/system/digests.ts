import { closeSync, openSync, read, readSync } from 'node:fs'
import { failed } from './failure.ts'

export type DigestAlgorithm = 'blake3' | 'sha256'

interface Hasher {
  update(chunk: Uint8Array): void
  hex(): string
}

/** BLAKE3 with 33 bytes of output (66 digits), as KISS writes it, or SHA-256. */
async function createHasher(algorithm: DigestAlgorithm): Promise<Hasher> {
  if (algorithm === 'sha256') {
    const hash = new Bun.CryptoHasher('sha256')
    return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest('hex') }
  }
  // Not before it is needed: most commands hash nothing by BLAKE3.
  const { createBLAKE3 } = await import('hash-wasm')
  const hash = await createBLAKE3(33 * 8)
  hash.init()
  return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest('hex') }
}

/** Hashes of a file's content, all read in one pass, lower-case hexadecimal. Throws `io-failed`. */
export async function digestFile<Algorithm extends DigestAlgorithm>(
  path: string | Buffer,
  algorithms: readonly Algorithm[],
): Promise<Record<Algorithm, string>> {
  const hashers = await Promise.all(algorithms.map(async (name) => [name, await createHasher(name)] as const))
  try {
    // Not by a stream: in this runtime those take no names that are bytes.
    const fd = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(1 << 20)
      for (let length = await readSome(fd, bytes); length > 0; length = await readSome(fd, bytes))
        for (const [, hasher] of hashers) hasher.update(bytes.subarray(0, length))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw failed('read', path.toString(), error)
  }
  return Object.fromEntries(hashers.map(([name, hasher]) => [name, hasher.hex()])) as Record<Algorithm, string>
}

const chunk = Buffer.alloc(1 << 18)

/** SHA-256 of all that can be read from an open file. Throws what the system says. */
export function digestOpenFile(fd: number): string {
  const hash = new Bun.CryptoHasher('sha256')
  for (;;) {
    const length = readSync(fd, chunk, 0, chunk.length, null)
    if (length === 0) return hash.digest('hex')
    hash.update(chunk.subarray(0, length))
  }
}

/** SHA-256 of a file's content, lower-case hexadecimal, links followed. Throws `io-failed`. */
export function digestFileNow(path: string | Buffer): string {
  try {
    const fd = openSync(path, 'r')
    try {
      return digestOpenFile(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw failed('read', path.toString(), error)
  }
}

function readSome(fd: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, bytes, 0, bytes.length, null, (error, length) => (error === null ? resolve(length) : reject(error)))
  })
}

/** Hash of bytes in memory, lower-case hexadecimal. */
export async function digestBytes(bytes: Uint8Array, algorithm: DigestAlgorithm): Promise<string> {
  const hasher = await createHasher(algorithm)
  hasher.update(bytes)
  return hasher.hex()
}

/** SHA-256 of text, lower-case hexadecimal; `latin1`: of bytes that are kept as such. */
export function digestText(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  return new Bun.CryptoHasher('sha256').update(Buffer.from(text, encoding)).digest('hex')
}
