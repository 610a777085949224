import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasLiveFacts, writeLiveRepositories } from './live-repositories.ts'

/** The facts of 571 live recipes as a repository of files, planned by the executable itself. */
const data = join(import.meta.dir, '..', '..', 'shared', 'data')
const kith = join(import.meta.dir, '..', 'dist', 'kith')
const hasData = hasLiveFacts && existsSync(join(data, 'kiss-build-order.json'))

function readOrders(): [string, readonly string[] | null][] {
  return Object.entries(JSON.parse(readFileSync(join(data, 'kiss-build-order.json'), 'utf8')))
}

test.skipIf(!hasData)(
  'kith build --dry-run --names gives the order of kiss for all 120 recorded recipes (skipped without ../shared/data)',
  () => {
    const scratch = mkdtempSync(join(tmpdir(), 'kith-live-'))
    try {
      const env = {
        PATH: process.env.PATH,
        KISS_PATH: writeLiveRepositories(scratch, { isComplete: false }),
        KISS_ROOT: join(scratch, 'root'),
        XDG_CACHE_HOME: join(scratch, 'cache'),
      }
      const orders = readOrders()
      const planned = orders.map(([name]) => {
        const child = Bun.spawnSync([kith, 'build', '--dry-run', '--names', name], {
          env,
          stdout: 'pipe',
          stderr: 'pipe',
        })
        return [name, child.exitCode === 0 ? child.stdout.toString().trim().split('\n') : null]
      })

      expect(orders.length).toBe(120)
      expect(Object.fromEntries(planned)).toEqual(Object.fromEntries(orders))
      expect(existsSync(env.XDG_CACHE_HOME)).toBe(false)
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  },
)
