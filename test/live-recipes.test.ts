import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The facts of 571 live recipes as a repository of files, planned by the executable itself. */
const data = join(import.meta.dir, '..', '..', 'shared', 'data')
const kith = join(import.meta.dir, '..', 'dist', 'kith')
const hasData = existsSync(join(data, 'kiss-repos.json'))

interface Facts {
  readonly name: string
  readonly repo: string
  readonly version: string
  readonly release: string
  readonly depends: readonly { readonly name: string; readonly make: boolean }[]
  readonly sources: readonly string[]
}

function readJson<Value>(file: string): Value {
  return JSON.parse(readFileSync(join(data, file), 'utf8')) as Value
}

/** Version, depends and sources as they are; local files are not there, as in a repository that is only half cloned. */
function writeRepositories(directory: string): void {
  for (const { name, repo, version, release, depends, sources } of readJson<Facts[]>('kiss-repos.json')) {
    const recipe = join(directory, repo, name)
    mkdirSync(recipe, { recursive: true })
    writeFileSync(join(recipe, 'build'), '#!/bin/sh -e\n', { mode: 0o755 })
    writeFileSync(join(recipe, 'version'), `${version} ${release}\n`)
    if (depends.length > 0)
      writeFileSync(join(recipe, 'depends'), depends.map((one) => `${one.name}${one.make ? ' make' : ''}\n`).join(''))
    if (sources.length > 0) writeFileSync(join(recipe, 'sources'), `${sources.join('\n')}\n`)
  }
}

test.skipIf(!hasData)(
  'kith build --dry-run --names gives the order of kiss for all 120 recorded recipes (skipped without ../shared/data)',
  () => {
    const scratch = mkdtempSync(join(tmpdir(), 'kith-live-'))
    try {
      writeRepositories(scratch)
      const repositories = ['core', 'extra', 'wayland', 'community'].map((name) => join(scratch, name))
      const env = {
        PATH: process.env.PATH,
        KISS_PATH: repositories.join(':'),
        KISS_ROOT: join(scratch, 'root'),
        XDG_CACHE_HOME: join(scratch, 'cache'),
      }
      const orders = Object.entries(readJson<Record<string, readonly string[] | null>>('kiss-build-order.json'))
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
