/**
 * The files of minisign (https://jedisct1.github.io/minisign/), of which signify's are a part: a comment, then base64 of an algorithm, a key's
 * id and the rest. `Ed` signs a file as it is, `ED` its BLAKE2b-512.
 */
export interface PublicKey {
  /** 8 bytes, as hexadecimal. */
  readonly id: string
  readonly key: Buffer
}

export interface Signature {
  readonly isHashed: boolean
  readonly keyId: string
  readonly signature: Buffer
  /** Signed too, together with the signature. */
  readonly trustedComment: string
  readonly commentSignature: Buffer
}

export interface SecretKey {
  readonly id: string
  /** The seed and the public key. */
  readonly seed: Buffer
  readonly key: Buffer
  readonly checksum: Buffer
}

/** `RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3`, with or without its comment; undefined where it is none. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const bytes = decode(bodyOf(text), 42)
  if (bytes?.toString('latin1', 0, 2) !== 'Ed') return undefined
  return { id: bytes.toString('hex', 2, 10), key: bytes.subarray(10) }
}

export function printPublicKey({ id, key }: PublicKey): string {
  const bytes = Buffer.concat([Buffer.from('Ed'), Buffer.from(id, 'hex'), key])
  return `untrusted comment: minisign public key ${shownId(id)}\n${bytes.toString('base64')}\n`
}

/** As minisign shows it: the bytes from the last to the first. */
export function shownId(id: string): string {
  return Buffer.from(id, 'hex').reverse().toString('hex').toUpperCase()
}

export function parseSignature(text: string): Signature | undefined {
  const [comment = '', body = '', trusted = '', commentBody = ''] = text.split('\n')
  const bytes = decode(body, 74)
  const commentSignature = decode(commentBody, 64)
  const algorithm = bytes?.toString('latin1', 0, 2)
  if (!comment.startsWith('untrusted comment: ') || !trusted.startsWith('trusted comment: ')) return undefined
  if (bytes === undefined || commentSignature === undefined || (algorithm !== 'Ed' && algorithm !== 'ED'))
    return undefined
  return {
    isHashed: algorithm === 'ED',
    keyId: bytes.toString('hex', 2, 10),
    signature: bytes.subarray(10),
    trustedComment: trusted.slice('trusted comment: '.length),
    commentSignature,
  }
}

export function printSignature({ isHashed, keyId, signature, trustedComment, commentSignature }: Signature): string {
  const bytes = Buffer.concat([Buffer.from(isHashed ? 'ED' : 'Ed'), Buffer.from(keyId, 'hex'), signature])
  return [
    `untrusted comment: signature of key ${shownId(keyId)}`,
    bytes.toString('base64'),
    `trusted comment: ${trustedComment}`,
    commentSignature.toString('base64'),
    '',
  ].join('\n')
}

/** What the signature of a comment is of. */
export function commentBytes({ signature, trustedComment }: Pick<Signature, 'signature' | 'trustedComment'>): Buffer {
  return Buffer.concat([signature, Buffer.from(trustedComment)])
}

/** `locked`: it is encrypted with a password. Undefined: it is none. */
export function parseSecretKey(text: string): SecretKey | 'locked' | undefined {
  const bytes = decode(bodyOf(text), 158)
  if (bytes?.toString('latin1', 0, 2) !== 'Ed' || bytes.toString('latin1', 4, 6) !== 'B2') return undefined
  if (bytes.readUInt16LE(2) !== 0) return 'locked'
  return {
    id: bytes.toString('hex', 54, 62),
    seed: bytes.subarray(62, 94),
    key: bytes.subarray(94, 126),
    checksum: bytes.subarray(126),
  }
}

/** Without a password, as `minisign -W` writes it. */
export function printSecretKey(key: SecretKey): string {
  const header = Buffer.concat([Buffer.from('Ed\0\0B2'), Buffer.alloc(48)])
  const bytes = Buffer.concat([header, secretBytes(key).subarray(2), key.checksum])
  return `untrusted comment: minisign secret key ${shownId(key.id)}, no password\n${bytes.toString('base64')}\n`
}

/** What its checksum, a BLAKE2b-256, is of. */
export function secretBytes({ id, seed, key }: Omit<SecretKey, 'checksum'>): Buffer {
  return Buffer.concat([Buffer.from('Ed'), Buffer.from(id, 'hex'), seed, key])
}

/** The line after the comment, or the only one. */
function bodyOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return (lines[0]?.startsWith('untrusted comment:') ? lines[1] : lines[0])?.trim() ?? ''
}

function decode(text: string, length: number): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+=*$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === length ? bytes : undefined
}
