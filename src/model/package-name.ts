import { KithError } from '../errors/kith-error.ts'

declare const packageName: unique symbol
/** A package's name: the base name of its directory. `gtk+3`, `libstdc++`, `x.org`, `wpa_supplicant`, `Upper` are names. */
export type PackageName = string & { readonly [packageName]: true }

/** Why `text` cannot be a package name, or undefined when it can. */
export function packageNameFault(text: string): string | undefined {
  if (text === '') return 'a name cannot be empty'
  if (text === '.' || text === '..') return 'a name cannot be "." or ".."'
  if (text.length > 200) return 'a name has at most 200 characters'
  const forbidden = /[!*[\]/> \t\n\x00-\x1f\x7f]/.exec(text)?.[0]
  return forbidden === undefined ? undefined : `a name holds none of ! * [ ] / > blank or control character`
}

/** Throws `invalid-name`. */
export function parsePackageName(text: string): PackageName {
  const reason = packageNameFault(text)
  if (reason !== undefined) throw new KithError('invalid-name', { name: text, reason })
  return text as PackageName
}
