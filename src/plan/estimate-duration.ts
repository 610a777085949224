/** What can be known of a package that was never built here. */
export interface UnknownPackage {
  /** Names in its depends file. */
  readonly dependencies: readonly string[]
  /** Of all source archives together, as far as they are at hand. */
  readonly sourceBytes: number
  /** Sources whose size is not known yet. */
  readonly unknownSources: number
}

/** Milliseconds per MiB of compressed source, on one core: from the first entry that a package depends on. */
const msPerMebibyte: readonly (readonly [names: RegExp, ms: number])[] = [
  [/^(rust|rustup|cargo)/, 60_000],
  [/^(ghc|llvm|clang)/, 40_000],
  [/^(qt[56]?(-|$)|webkit|boost|mesa)/, 30_000],
  [/^(meson|cmake|gtk)/, 15_000],
  [/^go$/, 8000],
  [/^(python|perl|ruby|nodejs)/, 3000],
]
const plainC = 10_000
/** Unpacking, configuring, packing: what even the smallest takes. */
const atLeastMs = 5000
const guessedBytes = 1024 ** 2

/**
 * How long a build may take that nothing is remembered of, in milliseconds. Only good for putting what is long before what is
 * short: source size counts, and what languages make of it.
 */
export function estimateBuildMs({ dependencies, sourceBytes, unknownSources }: UnknownPackage): number {
  const rate = msPerMebibyte.find(([names]) => dependencies.some((name) => names.test(name)))?.[1] ?? plainC
  const bytes = sourceBytes + unknownSources * guessedBytes
  return Math.round(atLeastMs + (bytes / 1024 ** 2) * rate)
}

/** How long a download may take, in milliseconds. */
export function estimateFetchMs({ unknownSources }: Pick<UnknownPackage, 'unknownSources'>): number {
  return 3000 * unknownSources
}
