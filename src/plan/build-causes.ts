import type { BuildCause } from '../model/build-cause.ts'
import type { BuildInput } from '../model/build-record.ts'

/** What of a build is not known yet. */
export interface Undecided {
  /** Packages whose artifacts are still to be made. */
  readonly dependencies: ReadonlySet<string>
  /** Sources that are only known when they are fetched, as the sources file has them. */
  readonly sources: ReadonlySet<string>
}

/** What differs between what an artifact was made of and what it would be made of now. What is undecided says nothing. */
export function compareInputs(
  before: readonly BuildInput[],
  now: readonly BuildInput[],
  { dependencies, sources }: Undecided,
): BuildCause[] {
  const keyOf = ({ kind, name }: BuildInput): string => `${kind}\n${name}`
  const earlier = new Map(before.map((input) => [keyOf(input), input]))
  const present = new Map(now.map((input) => [keyOf(input), input]))
  const causes: BuildCause[] = []
  for (const input of now) {
    const old = earlier.get(keyOf(input))
    if (old?.value === input.value) continue
    if (old === undefined) causes.push(causeOf('added', input))
    else causes.push({ ...causeOf('changed', input), ...readable(old, input) })
  }
  // What one that is still to be made needs to run is not known either.
  const isOpen = ({ kind, name }: BuildInput): boolean =>
    (kind === 'source' && sources.has(name)) || (kind === 'dependency' && dependencies.size > 0)
  for (const input of before) if (!present.has(keyOf(input)) && !isOpen(input)) causes.push(causeOf('removed', input))
  return causes
}

function causeOf(change: 'changed' | 'added' | 'removed', { kind, name }: BuildInput): BuildCause {
  return { kind: 'input', change, input: kind, name }
}

function readable(old: BuildInput, now: BuildInput): { before?: string; now?: string } {
  const isHashed = [old, now].some(({ value }) => /^sha256:|^[0-9a-f]{64}\b/.test(value))
  const tells = now.kind === 'environment' || now.kind === 'setting'
  return tells && !isHashed ? { before: old.value, now: now.value } : {}
}
