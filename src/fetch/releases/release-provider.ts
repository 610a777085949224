import type { PageSource } from './page-cache.ts'

/** What a provider gets to know of a package. */
export interface ReleaseSubject {
  readonly name: string
  readonly version: string
  /** URLs of its sources, in the order of the recipe. */
  readonly sources: readonly string[]
}

export type ReleaseAnswer =
  /** Versions that are released; the page that says so, and how old what was read of it is. */
  | { readonly kind: 'versions'; readonly versions: readonly string[]; readonly page: string; readonly ageMs: number }
  /** It knows nothing of this package. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-cached' }
  | { readonly kind: 'unreachable'; readonly host: string; readonly reason: string }

/** Somebody who knows which versions of a package there are. Throws `interrupted`. */
export interface ReleaseProvider {
  readonly name: string
  readonly ask: (subject: ReleaseSubject, pages: PageSource) => Promise<ReleaseAnswer>
}
