/** Sums of one /etc file: as installed before, as it is on the system, as the new package has it; undefined: none. */
export interface EtcSums {
  readonly old: string | undefined
  readonly system: string | undefined
  readonly incoming: string
}

/**
 * The three-way decision for a file below /etc, as KISS makes it: `keep` the system's file (or its absence) when the package
 * brings nothing new, `install` where nobody changed it, else put the new one `beside` it as `<file>.new`.
 */
export function decideEtcFile({ old, system, incoming }: EtcSums): 'keep' | 'install' | 'beside' {
  if (old === incoming) return 'keep'
  return system === undefined || system === old || system === incoming ? 'install' : 'beside'
}
