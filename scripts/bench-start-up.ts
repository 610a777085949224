import { join } from 'node:path'
import { type BenchRow, compare } from './bench-rows.ts'

const kith = join(import.meta.dir, '..', 'dist', 'kith')

/** `kith version` and `kith list` as whole processes against the bare runtime. */
export async function benchStartUp(): Promise<BenchRow[]> {
  const spawn = (...argv: string[]): void => {
    const { exitCode } = Bun.spawnSync(argv, { stdout: 'ignore', stderr: 'inherit' })
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}`)
  }
  const against = (): void => spawn(process.execPath, '-e', '0')
  const other = 'bun -e 0'
  const runs = 40
  return [
    await compare({ name: 'kith version', other, runs, goal: '2', kith: () => spawn(kith, 'version'), against }),
    await compare({ name: 'kith list', other, runs, kith: () => spawn(kith, 'list'), against }),
  ]
}
