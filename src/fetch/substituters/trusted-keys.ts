import { KithError } from '../../errors/kith-error.ts'
import { type PublicKey, parsePublicKey } from '../../model/minisign.ts'
import { isFile, readText } from '../../system/files.ts'

/**
 * Reads `KITH_TRUSTED_KEYS`: words between blanks, each a public key of minisign or signify or the absolute path of a file with
 * one. Throws `invalid-setting`, `io-failed`.
 *
 *     KITH_TRUSTED_KEYS='/etc/kith/builds.pub RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3'
 */
export function readTrustedKeys(text: string): PublicKey[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return words.map((word) => {
    const key = parsePublicKey(word.startsWith('/') && isFile(word) ? readText(word) : word)
    if (key !== undefined) return key
    throw new KithError('invalid-setting', {
      setting: 'KITH_TRUSTED_KEYS',
      value: word,
      expected: 'public keys of minisign or signify, or absolute paths of files with one',
    })
  })
}
