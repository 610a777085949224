import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { parsePackageName } from '../model/package-name.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { cleanHistory, planCleaning } from './clean-history.ts'
import { installPackages } from './install-packages.ts'
import { removePackages } from './remove-packages.ts'
import {
  isRoot,
  needsRoot,
  packPackage,
  type Scratch,
  scratch,
  showFiles,
  showRoot,
  testContext,
} from './store-fixture.ts'

const settings = (root: string) => ({ root, isForced: false, refusesConflicts: false, environment: {} })

async function install(at: Scratch, name: string): Promise<void> {
  const nodes = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`/usr/${name}/${index}/file`, name]))
  const artifact = await packPackage({ name, nodes }, at)
  const request = { names: [parsePackageName(name)], artifactOf: () => artifact }
  await installPackages(request, settings(at.root), testContext().context)
}

async function remove(at: Scratch, name: string): Promise<void> {
  await removePackages([parsePackageName(name)], settings(at.root), testContext().context)
}

/** A small file system in place of the root, until disposed. */
function mountSmall(at: Scratch): Disposable {
  const { exitCode, stderr } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=40m', 'kith-test', at.root])
  if (exitCode !== 0) throw new Error(`mount: ${stderr}`)
  return { [Symbol.dispose]: () => void Bun.spawnSync(['umount', '-l', at.root]) }
}

function fill(at: Scratch): void {
  Bun.spawnSync(['dd', 'if=/dev/zero', `of=${join(at.root, 'filler')}`, 'bs=4k'], { stderr: 'ignore' })
  expect(fs.statfsSync(at.root).bavail).toBe(0)
}

const hasReserve = (at: Scratch): boolean => fs.existsSync(join(at.root, 'var/db/kiss/.kith/reserve'))

test.skipIf(!isRoot)(
  `on a full disk one removal takes the room that was set aside; without that it fails, changes nothing, and works when the history is cleaned${needsRoot}`,
  async () => {
    using at = scratch()
    using _small = mountSmall(at)
    await install(at, 'one')
    await install(at, 'two')
    expect(hasReserve(at)).toBe(true)
    fill(at)

    await remove(at, 'one')

    expect(Object.keys(showFiles(at.root)).filter((path) => path.startsWith('/usr/one'))).toEqual([])
    expect(hasReserve(at)).toBe(false)
    // What the removal left of it.
    Bun.spawnSync(['dd', 'if=/dev/zero', `of=${join(at.root, 'more')}`, 'bs=4k'], { stderr: 'ignore' })
    const before = showRoot(at.root, true)
    const error = await failureOf(() => remove(at, 'two'))
    expect(error.message).toMatch(/^Cannot .* no space left on device/)
    expect(error.hint).toMatch(/df -h.*kith clean/)
    expect(showRoot(at.root, true)).toEqual(before)
    cleanHistory(
      at.root,
      planCleaning(at.root, 0).map(({ entry }) => entry.id),
    )
    await remove(at, 'two')
    expect(hasReserve(at)).toBe(false)
    for (const name of ['filler', 'more']) fs.rmSync(join(at.root, name))
    await install(at, 'two')
    expect(hasReserve(at)).toBe(true)
  },
)

test('the room that is set aside is taken on the disk, and holds nothing', async () => {
  using at = scratch()
  await install(at, 'one')

  const { size, blocks } = fs.statSync(join(at.root, 'var/db/kiss/.kith/reserve'))

  expect(size).toBe(0)
  expect(blocks * 512).toBeGreaterThanOrEqual(1 << 21)
})
