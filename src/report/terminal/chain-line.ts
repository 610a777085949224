import type { Chain } from '../../plan/chains.ts'

/** `git -> curl -> zlib`; `(make)` behind what is only needed to build the one before. */
export function renderChain(chain: Chain): string {
  return chain.map(({ name, kind }) => (kind === 'make' ? `${name} (make)` : name)).join(' -> ')
}
