import { afterAll, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { digestFile } from '../../system/digests.ts'
import { isFile, makeTemporaryDirectory, readDirectory, removeTree } from '../../system/files.ts'
import { findProgram } from '../../system/process.ts'
import { fetchFromApt } from './apt.ts'

const scratch = makeTemporaryDirectory(tmpdir(), 'kith-apt-test-')
afterAll(() => removeTree(scratch))

const settings = { workDirectory: `${scratch}/work`, environment: process.env }
const signal = new AbortController().signal
/** Upstream's own hello-2.10.tar.gz: the smallest source that every Debian suite of the last decade has. */
const sha256 = '31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b'
const hello = { fileName: 'hello-2.10.tar.gz', packageName: 'hello', into: `${scratch}/hello.tar.gz` }

async function reasonToSkip(): Promise<string | undefined> {
  if (findProgram(['apt-get'], process.env.PATH ?? '') === undefined) return 'apt-get is missing'
  const probe = await fetchFromApt({ ...hello, checksum: { algorithm: 'sha256', hex: sha256 } }, settings, signal)
  return probe.outcome === 'found' ? undefined : `the archive cannot be reached (${probe.detail})`
}

const skipped = await reasonToSkip()
const title = skipped === undefined ? '' : ` [skipped: ${skipped}]`

test.skipIf(skipped !== undefined)(`fetchFromApt() gets a source by its SHA-256${title}`, async () => {
  expect((await digestFile(hello.into, ['sha256'])).sha256).toBe(sha256)
})

test.skipIf(skipped !== undefined)(
  `fetchFromApt() gets a source by name and version for a BLAKE3${title}`,
  async () => {
    const { blake3 } = await digestFile(hello.into, ['blake3'])
    const into = `${scratch}/by-name.tar.gz`
    const request = { ...hello, into, checksum: { algorithm: 'blake3', hex: blake3 } } as const
    expect(await fetchFromApt(request, settings, signal)).toMatchObject({ outcome: 'found' })
    expect((await digestFile(into, ['sha256'])).sha256).toBe(sha256)
  },
)

test.skipIf(skipped !== undefined)(`fetchFromApt() writes nothing when the content differs${title}`, async () => {
  const into = `${scratch}/other.tar.gz`
  const request = { ...hello, into, checksum: { algorithm: 'blake3', hex: '0'.repeat(66) } } as const
  const result = await fetchFromApt(request, settings, signal)
  expect(result.outcome).toBe('absent')
  expect(result.detail).toContain('has another checksum')
  expect(isFile(into)).toBe(false)
  expect((readDirectory(settings.workDirectory) ?? []).filter((name) => !name.startsWith('index-'))).toEqual([])
})

test('fetchFromApt() says that apt-get is missing, and that SKIP cannot be verified', async () => {
  const nowhere = { ...settings, environment: { PATH: scratch } }
  const request = { ...hello, into: `${scratch}/never`, checksum: { algorithm: 'sha256', hex: sha256 } } as const
  expect(await fetchFromApt(request, nowhere, signal)).toEqual({
    outcome: 'absent',
    detail: 'apt-get is not on PATH',
  })
  const unverified = await fetchFromApt({ ...request, checksum: { algorithm: 'skip' } }, settings, signal)
  expect(unverified.outcome).toBe('absent')
})

test('fetchFromApt() stops when it is aborted', () => {
  const aborted = AbortSignal.abort(new Error('stopped'))
  const request = { ...hello, into: `${scratch}/never`, checksum: { algorithm: 'sha256', hex: sha256 } } as const
  expect(fetchFromApt(request, settings, aborted)).rejects.toThrow('stopped')
})
