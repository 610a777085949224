import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchRow, compare } from './bench-rows.ts'

/** A build whose script does nothing, sandboxes, packing and all, against that script run bare. */
export async function benchEmptyBuild(): Promise<BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  try {
    const recipe = join(scratch, 'repo', 'nothing')
    mkdirSync(recipe, { recursive: true })
    writeFileSync(join(recipe, 'build'), '#!/bin/sh -e\n:\n', { mode: 0o755 })
    writeFileSync(join(recipe, 'version'), '1 1\n')
    const environment = {
      ...process.env,
      KISS_PATH: join(scratch, 'repo'),
      KISS_ROOT: join(scratch, 'root'),
      KISS_PROMPT: '0',
      XDG_CACHE_HOME: join(scratch, 'cache'),
    }
    const kith = (): void => {
      const argv = [join(import.meta.dir, '..', 'dist', 'kith'), 'build', '--rebuild', 'nothing']
      const { exitCode, stderr } = Bun.spawnSync(argv, { env: environment, stdout: 'ignore', stderr: 'pipe' })
      if (exitCode !== 0) throw new Error(stderr.toString())
    }
    const against = (): void => void Bun.spawnSync([join(recipe, 'build'), scratch, '1'])
    const goal = 'at most 250 ms more'
    return [
      await compare({ name: 'script that does nothing', other: 'the script bare', runs: 15, goal, kith, against }),
    ]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
