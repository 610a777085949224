import type { BuildInput } from './build-record.ts'

/** Why a package is built. */
export type BuildCause =
  /** It was named, and --rebuild or KISS's own way of asking wants it built in any case. */
  | { readonly kind: 'asked' }
  /** There is no artifact: none of this version, or none at all. */
  | { readonly kind: 'absent'; readonly version?: string }
  /** It was built, and the tarball is gone; what needs it can be judged all the same. */
  | { readonly kind: 'gone' }
  /** There is one, but not by kith: what it was made of is not known. */
  | { readonly kind: 'unknown-origin' }
  /** Something that it is made of is another than when it was built. */
  | {
      readonly kind: 'input'
      readonly change: 'changed' | 'added' | 'removed'
      readonly input: BuildInput['kind']
      readonly name: string
      /** Values that people can read. */
      readonly before?: string
      readonly now?: string
    }
  /** A package that it needs is built first: whether that changes anything is seen then. */
  | { readonly kind: 'dependency-built'; readonly dependency: string }
  /** What the source is now is only known when it is fetched. */
  | { readonly kind: 'source-unknown'; readonly source: string }
