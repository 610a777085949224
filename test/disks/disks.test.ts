import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { fileSystems, whyNoLoggingDisk, whyNotFileSystem } from './file-systems.ts'

const script = join(import.meta.dir, '..', '..', 'scripts', 'test-disks.ts')

/** A sample of what `npm run test:disks` does whole. */
for (const system of fileSystems) {
  const lacking = whyNotFileSystem(system) ?? whyNoLoggingDisk()
  const skipped = lacking === undefined ? '' : ` (skipped: ${lacking})`
  test.skipIf(lacking !== undefined)(
    `after a cut of power on ${system.name} the root is the old or the new one${skipped}`,
    async () => {
      const argv = [process.execPath, script, '--sample', '--cuts', '6', '--only', system.name]
      const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { stdout: 'pipe', stderr: 'pipe' })

      expect([exitCode, stderr.toString()]).toEqual([0, ''])
      expect(stdout.toString()).toMatch(/^ok {3}\S+: upgrade with moved/m)
      expect(stdout.toString()).toMatch(/^ok {3}\S+: power cut in .* 6 cuts/m)
    },
    120_000,
  )
}
