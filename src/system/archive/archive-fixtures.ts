import { lstatSync, mkdtempSync, readdirSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { removeTree } from '../files.ts'
import { createTarReader, type TarLimits, type TarMember } from './tar-reader.ts'

/** For the tests beside: directories that go away, archives made by hand, and what is in a tree. */

export function scratchDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'kith-archive-'))
  return { path, [Symbol.dispose]: () => removeTree(path) }
}

export async function* inChunks(bytes: Uint8Array, length = bytes.length): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += length) yield bytes.subarray(offset, offset + length)
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

export const wideLimits: TarLimits = { members: 1e6, totalBytes: 2 ** 40 }

export interface ReadMember extends TarMember {
  readonly content: Buffer
}

export function readMembers(bytes: Uint8Array, chunkBytes = bytes.length, limits = wideLimits): ReadMember[] {
  const members: ReadMember[] = []
  let pending: { readonly member: TarMember; readonly chunks: Buffer[] } | undefined
  const reader = createTarReader(
    'test.tar',
    {
      onMember: (member) => {
        pending = { member, chunks: [] }
      },
      onContent: (chunk) => {
        pending?.chunks.push(Buffer.from(chunk))
      },
      onMemberEnd: () => {
        if (pending !== undefined) members.push({ ...pending.member, content: Buffer.concat(pending.chunks) })
        pending = undefined
      },
    },
    limits,
  )
  for (let offset = 0; offset < bytes.length; offset += chunkBytes)
    reader.push(bytes.subarray(offset, offset + chunkBytes))
  reader.end()
  return members
}

export interface RawMember {
  readonly name: string
  readonly type?: string
  readonly linkName?: string
  readonly content?: string
  readonly mode?: number
  readonly mtime?: number
  /** The bytes of the size field, when it is to be wrong. */
  readonly size?: string
  readonly magic?: string
}

/** One member by hand, checksum right. */
export function rawMember({ name, type = '0', linkName = '', content = '', mode = 0o644, ...rest }: RawMember): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100, 'latin1')
  block.write(`${mode.toString(8).padStart(7, '0')}\x00`, 100)
  block.write('0000000\x000000000\x00', 108)
  block.write(rest.size ?? `${content.length.toString(8).padStart(11, '0')}\x00`, 124, 12, 'latin1')
  block.write(`${(rest.mtime ?? 0).toString(8).padStart(11, '0')}\x00`, 136)
  block.write(type, 156, 1, 'latin1')
  block.write(linkName, 157, 100, 'latin1')
  block.write(rest.magic ?? 'ustar\x0000', 257)
  sign(block)
  return Buffer.concat([block, Buffer.from(content, 'latin1'), Buffer.alloc((512 - (content.length % 512)) % 512)])
}

/** Writes the checksum of a header block. */
export function sign(block: Buffer): void {
  block.fill(0x20, 148, 156)
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148)
}

export function rawArchive(...members: readonly (RawMember | Buffer)[]): Buffer {
  return Buffer.concat([...members.map((one) => (Buffer.isBuffer(one) ? one : rawMember(one))), Buffer.alloc(1024)])
}

/** The error that `call` ends with, which must be from the catalogue. */
export async function failureOf(call: () => unknown): Promise<KithError> {
  try {
    await call()
  } catch (error) {
    if (error instanceof KithError) return error
    throw error
  }
  throw new Error('expected an error')
}

/** What is in a tree: path (latin1) to a line that says type, mode and so on. */
export function listTree(directory: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {}
  const here = Buffer.concat([Buffer.from(directory), Buffer.from(below, 'latin1')])
  for (const name of readdirSync(here, { encoding: 'buffer' })) {
    const path = `${below}/${name.toString('latin1')}`
    const target = Buffer.concat([here, Buffer.from('/'), name])
    const { mode, mtimeMs, ...info } = lstatSync(target)
    const octal = (mode & 0o7777).toString(8)
    const time = Math.floor(mtimeMs / 1000)
    if ((mode & 0o170000) === 0o040000) {
      found[`${path}/`] = `${octal} ${time}`
      Object.assign(found, listTree(directory, path))
    } else if ((mode & 0o170000) === 0o120000)
      found[path] = `-> ${readlinkSync(target, { encoding: 'buffer' }).toString('latin1')} ${time}`
    else if ((mode & 0o170000) === 0o010000) found[path] = `fifo ${octal} ${time}`
    else found[path] = `${octal} ${time} ${info.size} x${info.nlink}`
  }
  return found
}

/** Runs a program and gives its output; throws where it fails. */
export function sh(
  argv: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Buffer {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { env: { ...process.env, LC_ALL: 'C' }, ...options })
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} failed: ${stderr}`)
  return stdout
}

export function hasProgram(name: string): boolean {
  return Bun.which(name) !== null
}
