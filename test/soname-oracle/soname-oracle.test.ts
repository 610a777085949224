import { expect, test } from 'bun:test'
import { judgeChange } from './judge-change.ts'
import { loader } from './made-root.ts'
import { seededBugs } from './seeded-bugs.ts'

const hasLinker = Bun.spawnSync(['sh', '-c', 'command -v as && command -v ld']).exitCode === 0
const linking = test.skipIf(!hasLinker || loader === undefined)
const title = (text: string): string => `${text} (skipped without as, ld and a loader that lists)`

/** A few; `npm run test:sonames` judges a hundred and more. */
const seeds = [1, 2, 7, 11]

linking(
  title('what an upgrade rebuilds is what the real loader cannot load after a full rebuild'),
  () => {
    const judged = seeds.map((seed) => judgeChange(seed))

    for (const { misses, extra } of judged) expect({ misses, extra }).toEqual({ misses: [], extra: [] })
    expect(judged.some(({ expected }) => expected.length > 0)).toBeTrue()
  },
  120_000,
)

/** Seeds whose worlds show the mistakes in their order. */
const tellingSeeds = [1, 3, 1, 2, 1]

for (const [index, bug] of seededBugs.entries())
  linking(
    title(`seeded bug: ${bug.name}`),
    () => {
      expect(judgeChange(tellingSeeds[index] ?? 0, bug.find)[bug.shows]).not.toEqual([])
    },
    120_000,
  )
