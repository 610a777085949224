import { KithError } from '../errors/kith-error.ts'
import { findProgram, run } from '../system/process.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { UnpackJob } from './worker-job.ts'

/**
 * Applies the user's patches to the unpacked sources, in their order, with the host's `patch -p1`: in the worker, which can write nowhere
 * else. Throws `patch-failed`.
 */
export async function applyPatches({ package: name, patches }: Pick<UnpackJob, 'package' | 'patches'>): Promise<void> {
  for (const { path, shown } of patches) {
    const program = findProgram(['patch'], process.env.PATH ?? '')
    if (program === undefined)
      throw new KithError('patch-failed', { package: name, patch: shown, reason: 'this host has no "patch"' })
    const argv = [program, '-p1', '-N', '-i', path]
    const { status, stdout, stderr } = await run(argv, 'apply patches', {
      cwd: sandboxPaths.build(name),
      env: process.env,
    })
    const reason = `${stdout}${stderr}`.trim().split('\n').slice(-4).join('; ')
    if (status !== 0) throw new KithError('patch-failed', { package: name, patch: shown, reason })
  }
}
