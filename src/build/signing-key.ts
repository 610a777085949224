import { basename } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import {
  commentBytes,
  parseSecretKey,
  printPublicKey,
  printSecretKey,
  printSignature,
  type SecretKey,
  secretBytes,
} from '../model/minisign.ts'
import { hashBlake2b256, makeKeyPair, signBytes } from '../system/ed25519.ts'
import { linkInfo, readText, writeFileAtomic } from '../system/files.ts'

/**
 * Makes a key pair in the format of minisign: `path` gets the secret key, for its owner alone and without a password, `path.pub` the
 * public one, whose text is given. Throws `signing-key-unusable` where one of them is there, and `io-failed`.
 */
export async function makeSigningKey(path: string): Promise<string> {
  for (const file of [path, `${path}.pub`])
    if (linkInfo(file) !== undefined)
      throw new KithError('signing-key-unusable', { path: file, reason: 'it is there already, and is not replaced' })
  const { id, seed, publicKey } = makeKeyPair()
  const secret = { id: id.toString('hex'), seed, key: publicKey }
  writeFileAtomic(path, printSecretKey({ ...secret, checksum: await hashBlake2b256(secretBytes(secret)) }), 0o600)
  const text = printPublicKey(secret)
  writeFileAtomic(`${path}.pub`, text)
  return text.split('\n')[1] ?? ''
}

/** Throws `signing-key-unusable`, `io-failed`. */
export async function readSigningKey(path: string): Promise<SecretKey> {
  const refuse = (reason: string): never => {
    throw new KithError('signing-key-unusable', { path, reason })
  }
  const info = linkInfo(path)
  if (info?.kind !== 'file') return refuse('there is no such file')
  if ((info.mode & 0o077) !== 0) return refuse('others may read it: chmod 600')
  const key = parseSecretKey(readText(path))
  if (key === undefined) return refuse('it is no secret key of minisign')
  if (key === 'locked') return refuse('it has a password')
  const isWhole = key.checksum.equals(await hashBlake2b256(secretBytes(key)))
  return isWhole ? key : refuse('it is damaged')
}

/** The text of a signature file, which minisign and signify know. */
export function signText(text: string, file: string, { id, seed }: SecretKey): string {
  const signature = signBytes(seed, Buffer.from(text))
  const trustedComment = `file:${basename(file)}`
  const commentSignature = signBytes(seed, commentBytes({ signature, trustedComment }))
  return printSignature({ isHashed: false, keyId: id, signature, trustedComment, commentSignature })
}
