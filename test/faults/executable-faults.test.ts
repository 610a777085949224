import { expect, test } from 'bun:test'
import { scenarios } from '../crash/scenarios.ts'
import { whyNoTrace } from '../crash/trace.ts'
import { checkKernelFaults } from './check-executable.ts'

const noTrace = whyNoTrace()
const skipped = noTrace === undefined ? '' : ` (skipped: ${noTrace})`

/** A sample of what `npm run test:faults` does whole. */
for (const [name, every] of [
  ['remove', 41],
  ['upgrade with moved', 79],
] as const)
  test.skipIf(noTrace !== undefined)(
    `whatever the kernel refuses the executable, or kills it at, in "${name}", the root is the old or the new one${skipped}`,
    async () => {
      const scenario = scenarios.find((one) => one.name.startsWith(name))
      if (scenario === undefined) throw new Error('the scenario is gone')

      const { runs, problems } = await checkKernelFaults(scenario, every)

      expect(problems).toEqual([])
      expect(runs).toBeGreaterThan(8)
    },
    120_000,
  )
