/** Sums of one /etc file: as installed before, as it is on the system, as the new package has it. */
export interface EtcSums {
  readonly old: string | undefined
  readonly system: string | undefined
  readonly incoming: string
}

/**
 * The three-way decision for a file below /etc (spec/kiss.md section 6): `keep` the system's file, `install` the new one,
 * or put the new one beside it as `<file>.new`.
 */
export function decideEtcFile({ old, system, incoming }: EtcSums): 'keep' | 'install' | 'beside' {
  if (old === incoming) return 'keep'
  if (old !== undefined && system === undefined) return 'install'
  if (old === system || system === incoming) return 'install'
  return 'beside'
}
