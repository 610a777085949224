/** Something in which two artifacts differ. All text comes from artifacts: it is hostile until it is made printable. */
export interface ArtifactDifference {
  /** As the tarball names it, with a leading slash; empty for the tarball as a whole. */
  readonly path: string
  readonly parts: readonly DifferencePart[]
}

export interface DifferencePart {
  /** `mode`, `section .rodata`, `line 12`, `member a.o: section .text`, `uncompressed: line 3`. */
  readonly where: string
  /** Begin with `-` (first artifact), `+` (second), a space (both), or `…` (left out). */
  readonly lines: readonly string[]
}

/** What comparing gave; none: the same bytes. */
export interface ArtifactComparison {
  /** By path; not all where there are very many. */
  readonly differences: readonly ArtifactDifference[]
  /** Paths that differ, also those that are not told of. */
  readonly total: number
  /** What diffoscope printed, where it is installed. */
  readonly diffoscope?: string | undefined
}
