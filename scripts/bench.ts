import { benchArchive } from './bench-archive.ts'
import { benchEmptyBuild } from './bench-empty-build.ts'
import { benchHash } from './bench-hash.ts'
import { benchJobs } from './bench-jobs.ts'
import { benchKeys } from './bench-keys.ts'
import { benchPlan } from './bench-plan.ts'
import { benchQueries } from './bench-queries.ts'
import { type BenchRow, printRows } from './bench-rows.ts'
import { benchSandbox } from './bench-sandbox.ts'
import { benchSchedule } from './bench-schedule.ts'
import { benchStartUp } from './bench-start-up.ts'
import { benchStore } from './bench-store.ts'

/**
 * `npm run bench [NAME]`: each row compares kith with something else, measured in turns in the same run, so that the ratio
 * holds on a noisy machine. Nothing here passes or fails.
 */
const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  'start-up': benchStartUp,
  plan: benchPlan,
  queries: benchQueries,
  keys: benchKeys,
  schedule: benchSchedule,
  jobs: benchJobs,
  store: benchStore,
  'empty-build': benchEmptyBuild,
  sandbox: benchSandbox,
  archive: archiveRows,
  hash: benchHash,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => benches[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`bench: unknown: ${unknown.join(' ')}; known: ${Object.keys(benches).join(' ')}\n`)
  process.exit(1)
}
for (const [name, bench] of Object.entries(benches))
  if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(printRows(name, await bench()))

/** Sizes are compared by the archive benchmark's own tests; here only times. */
async function archiveRows(): Promise<BenchRow[]> {
  const measured = (await benchArchive()).filter(({ kithMs }) => kithMs > 0)
  return measured.map(({ name, files, ratio, kithMs, tarMs }) => ({
    name: `${name} ${files} small files`,
    other: 'tar with zstd',
    kithMs,
    otherMs: tarMs,
    ratio,
    goal: '1.25',
  }))
}
