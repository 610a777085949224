import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import { signatureFault } from '../fetch/substituters/check-signature.ts'
import { parsePublicKey, parseSignature } from '../model/minisign.ts'
import { makeTemporaryDirectory, readText, removeTree } from '../system/files.ts'
import { makeSigningKey, readSigningKey, signText } from './signing-key.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-key-')
})
afterEach(() => removeTree(scratch))

async function reasonOf(path: string): Promise<string> {
  try {
    await readSigningKey(path)
  } catch (error) {
    if (isKithError(error, 'signing-key-unusable')) return error.details.reason
    throw error
  }
  return 'none'
}

test('what a new key signs, its public key knows, and no other', async () => {
  const path = join(scratch, 'key')
  const publicText = await makeSigningKey(path)
  await makeSigningKey(join(scratch, 'other'))
  const keys = [publicText, readText(`${path}.pub`)].flatMap((text) => parsePublicKey(text) ?? [])
  const [other] = [readText(join(scratch, 'other.pub'))].flatMap((text) => parsePublicKey(text) ?? [])
  const text = signText('the index', 'index', await readSigningKey(path))
  const bytes = Buffer.from('the index')

  expect(keys).toHaveLength(2)
  expect(signatureFault(bytes, text, keys)).toBeUndefined()
  expect(signatureFault(Buffer.from('the indeX'), text, keys)).toContain('does not fit')
  expect(signatureFault(bytes, text.replace('file:index', 'file:other'), keys)).toContain('does not fit')
  expect(signatureFault(bytes, text, [])).toContain('no key is trusted')
  expect(signatureFault(bytes, text, other === undefined ? [] : [other])).toContain('which is not trusted')
  expect(signatureFault(bytes, text.replace('untrusted', 'trusted'), keys)).toContain('none that minisign')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

// Made by `minisign -GW` and `minisign -Sm`, which signs the BLAKE2b-512 of the file.
test('signatures of minisign itself count', () => {
  const key = parsePublicKey('RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3')

  expect(key?.id).toBe('1fe8b442180f62e7')
  expect(parseSignature('untrusted comment: x\nRUQ\ntrusted comment: y\nz\n')).toBeUndefined()
})

test('a secret key that is damaged, open to others, or locked by a password is refused', async () => {
  const path = join(scratch, 'key')
  expect(await reasonOf(path)).toBe('there is no such file')
  await makeSigningKey(path)
  const text = readText(path)
  const [comment = '', body = ''] = text.split('\n')
  const change = (offset: number, value: number): string => {
    const bytes = Buffer.from(body, 'base64')
    bytes[offset] = value
    return `${comment}\n${bytes.toString('base64')}\n`
  }
  chmodSync(path, 0o640)
  expect(await reasonOf(path)).toBe('others may read it: chmod 600')
  for (const [wrong, reason] of [
    [change(70, 0), 'it is damaged'],
    [change(2, 'S'.charCodeAt(0)), 'it has a password'],
    ['hello\n', 'it is no secret key of minisign'],
  ] as const) {
    writeFileSync(path, wrong)
    chmodSync(path, 0o600)
    expect(await reasonOf(path)).toBe(reason)
  }
})
