import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runningKernel } from './kernel.ts'
import { applyMount } from './mounts.ts'
import type { MountOperation } from './spec.ts'

const isRoot = process.getuid?.() === 0
const namespaces = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount']

/** Whether this user can try mounts in a namespace of their own; what needs it is skipped elsewhere, with `title`. */
export const canMount = Bun.spawnSync(['unshare', ...namespaces, 'true']).exitCode === 0

export function mountTitle(text: string): string {
  return canMount ? text : `${text} (skipped where mounts are forbidden)`
}

/**
 * Carries out `mounts` for real, in mount namespaces that end with it, and gives what `script` (sh, in the new root) prints.
 * `scratch` is a directory of the test. Throws an Error with what failed.
 */
export function tryMounts(scratch: string, mounts: readonly MountOperation[], script: string): string {
  const root = join(scratch, 'mounted')
  const job = join(scratch, 'job.json')
  mkdirSync(root, { recursive: true })
  writeFileSync(job, JSON.stringify({ root, mounts, script }))
  const { exitCode, stdout, stderr } = Bun.spawnSync([
    'unshare',
    ...[...namespaces, '--propagation', 'private', '--', process.execPath, import.meta.path, job],
  ])
  rmSync(job)
  if (exitCode !== 0) throw new Error(stderr.toString('latin1'))
  return stdout.toString('latin1')
}

/** Everything below the new root: kind, mode, time, size of files, where links lead, what files hold. */
export const snapshotScript = `LC_ALL=C
find . -mindepth 1 \\( -type d -printf '%p/ %m %Ts\\n' -o -type l -printf '%p -> %l\\n' -o -printf '%p %y %m %Ts %s\\n' \\) | sort
find . -type f -exec sha256sum {} + | sort -k 2`

interface Job {
  readonly root: string
  readonly mounts: readonly MountOperation[]
  readonly script: string
}

if (import.meta.main) {
  const { root, mounts, script } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job
  runningKernel.mount({ source: 'tmpfs', target: root, type: 'tmpfs', data: 'mode=755' })
  for (const operation of mounts) applyMount(operation, root, runningKernel)
  const { exitCode } = Bun.spawnSync(['sh', '-c', script], { cwd: root, stdout: 'inherit', stderr: 'inherit' })
  process.exit(exitCode)
}
