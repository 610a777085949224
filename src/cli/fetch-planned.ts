import type { BuildKeys } from '../build/build-keys.ts'
import type { PlannedBuild } from './make-plan.ts'

type Planned = PlannedBuild<BuildKeys>

/**
 * Fetches what a plan takes from binary repositories, and plans `again` with what came of it: what could not be had from any of
 * them is built, with all that it needs for that. Throws `io-failed`, `interrupted`.
 */
export async function fetchPlanned(planned: Planned, again: (keys: BuildKeys) => Promise<Planned>): Promise<Planned> {
  let current = planned
  while (current.fetched.length > 0) {
    await current.keys.fetch(current.fetched.map(({ name }) => name))
    current = await again(current.keys)
  }
  return current
}
