import { expect, test } from 'bun:test'
import { judgeScene, makeScene, type Scene } from './judge-change.ts'
import { loader } from './made-root.ts'
import { seededBugs } from './seeded-bugs.ts'

const hasLinker = Bun.spawnSync(['sh', '-c', 'command -v as && command -v ld']).exitCode === 0
const linking = test.skipIf(!hasLinker || loader === undefined)
const title = (text: string): string => `${text} (skipped without as, ld and a loader that lists)`

/** A few that show every seeded bug; `npm run test:sonames` judges a hundred and more. */
const seeds = [1, 2, 3]
let scenes: readonly Scene[] = []

linking(
  title('what an upgrade rebuilds is what the real loader cannot load after a full rebuild'),
  () => {
    scenes = seeds.map(makeScene)

    for (const scene of scenes) expect(judgeScene(scene)).toMatchObject({ misses: [], extra: [] })
    expect(scenes.some(({ expected }) => expected.size > 0)).toBeTrue()
  },
  120_000,
)

for (const { name, shows, find } of seededBugs)
  linking(title(`seeded bug: ${name}`), () => {
    expect(scenes.flatMap((scene) => judgeScene(scene, find)[shows])).not.toEqual([])
  })
