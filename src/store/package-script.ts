import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { isExecutable, isFile } from '../system/files.ts'
import { requireProgram, runAttached } from '../system/process.ts'
import { databasePath } from './installed-database.ts'

/** Scripts of a package, with the names puke gave them. */
const scriptNames = { 'post-install': ['post-install', 'post_install'], 'pre-remove': ['pre-remove'] } as const

/**
 * Runs a package's own script in the root (chroot), with KISS_ROOT empty, where it has one. A script that fails or is not
 * executable is told as an event. Gives whether everything was well.
 */
export async function runPackageScript(
  kind: keyof typeof scriptNames,
  name: PackageName,
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<boolean> {
  const script = scriptNames[kind]
    .map((file) => `${databasePath}/${name}/${file}`)
    .find((file) => isFile(join(root, file)))
  if (script === undefined) return true
  if (!isExecutable(join(root, script))) {
    context.emit({ kind: 'notice', level: 'warning', package: name, text: `${script} is not executable: not run` })
    return true
  }
  context.emit({ kind: 'hook-started', package: name, hook: script })
  const status = await runAttached(enterRoot(root, script), `run ${script} in the root`, {
    env: { ...environment, KISS_ROOT: '' },
    output: 'error',
  })
  if (status !== 0) context.emit({ kind: 'hook-failed', package: name, hook: script, status: `status ${status}` })
  return status === 0
}

/** An ordinary user, whose root it is, may change to it in a user namespace of their own. */
function enterRoot(root: string, script: string): string[] {
  const why = `run ${script} in the root`
  const isRoot = process.getuid?.() === 0
  const asRoot = isRoot ? [] : [requireProgram('unshare', why), '--user', '--map-root-user', '--']
  return [...asRoot, requireProgram('chroot', why), root || '/', script]
}
