import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestFile } from '../src/system/digests.ts'
import { type BenchRow, compare } from './bench-rows.ts'

/** Hashing a file of 128 MiB, as sources are verified, against sha256sum. */
export async function benchHash(): Promise<BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  try {
    const file = join(scratch, 'data')
    writeFileSync(
      file,
      Buffer.concat(Array.from({ length: 128 }, (_, index) => Buffer.alloc(1 << 20, `block ${index}`))),
    )
    const against = (): void => void Bun.spawnSync(['sha256sum', file], { stdout: 'ignore' })
    const other = 'sha256sum'
    return [
      await compare({ name: 'SHA-256', other, runs: 7, kith: () => digestFile(file, ['sha256']), against }),
      await compare({ name: 'BLAKE3, 33 bytes', other, runs: 7, kith: () => digestFile(file, ['blake3']), against }),
    ]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
