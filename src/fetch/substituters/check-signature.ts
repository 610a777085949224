import { commentBytes, type PublicKey, parseSignature, shownId } from '../../model/minisign.ts'
import { hashBlake2b512, isSignedBy } from '../../system/ed25519.ts'

/** Why `signatureText` is no signature of `bytes` by one of the keys; undefined where it is one. */
export function signatureFault(
  bytes: Buffer,
  signatureText: string,
  trusted: readonly PublicKey[],
): string | undefined {
  const signature = parseSignature(signatureText)
  if (signature === undefined) return 'its signature is none that minisign or signify would know'
  const key = trusted.find(({ id }) => id === signature.keyId)?.key
  if (key === undefined)
    return trusted.length === 0
      ? 'no key is trusted (KITH_TRUSTED_KEYS)'
      : `it is signed by key ${shownId(signature.keyId)}, which is not trusted (KITH_TRUSTED_KEYS)`
  const signed = signature.isHashed ? hashBlake2b512(bytes) : bytes
  const isGood =
    isSignedBy(key, signed, signature.signature) && isSignedBy(key, commentBytes(signature), signature.commentSignature)
  return isGood ? undefined : 'its signature does not fit: it was changed, or is being replaced'
}
