import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'

/** Signatures by Ed25519 (RFC 8032), with keys as bare bytes: 32 of the seed, 32 of the public key. */
export interface RawKeyPair {
  readonly seed: Buffer
  readonly publicKey: Buffer
  /** By which a signature says which key made it. Chance, no hash. */
  readonly id: Buffer
}

/** What comes before the bytes of a key in DER (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

export function makeKeyPair(): RawKeyPair {
  const pair = generateKeyPairSync('ed25519')
  const seed = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return { seed, publicKey, id: randomBytes(8) }
}

export function signBytes(seed: Buffer, bytes: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
  return sign(null, bytes, key)
}

/** False also where the key or the signature is none. */
export function isSignedBy(publicKey: Buffer, bytes: Buffer, signature: Buffer): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' })
    return verify(null, bytes, key, signature)
  } catch {
    return false
  }
}

/** What minisign signs in place of a long file. */
export function hashBlake2b512(bytes: Buffer): Buffer {
  return createHash('blake2b512').update(bytes).digest()
}

export async function hashBlake2b256(bytes: Buffer): Promise<Buffer> {
  const { createBLAKE2b } = await import('hash-wasm')
  const hash = await createBLAKE2b(256)
  return Buffer.from(hash.init().update(bytes).digest('hex'), 'hex')
}
