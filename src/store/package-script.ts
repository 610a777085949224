import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import { isExecutable } from '../system/files.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { requireProgram, runAttached } from '../system/process.ts'
import { diskTree } from '../system/tree-view.ts'
import { databasePath } from './installed-database.ts'
import { runInRoot } from './run-in-root.ts'

/** Scripts of a package, with the names puke gave them. */
export const scriptNames = { 'post-install': ['post-install', 'post_install'], 'pre-remove': ['pre-remove'] } as const

export interface ScriptSettings {
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** `none`: the package has no such script, or none that may be run. Otherwise its exit status. */
export type ScriptOutcome = 'none' | number

/**
 * Runs a package's own script in the root, with KISS_ROOT empty, where it has one: confined to the root where that is not the host's own.
 * A script that fails or is not executable is told as an event.
 */
export async function runPackageScript(
  kind: keyof typeof scriptNames,
  name: PackageName,
  { root, environment }: ScriptSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<ScriptOutcome> {
  const script = findScript(kind, name, root)
  if (script === undefined) return 'none'
  if (!isExecutable(join(root, script))) {
    context.emit({ kind: 'notice', level: 'warning', package: name, text: `${script} is not executable: not run` })
    return 'none'
  }
  context.emit({ kind: 'hook-started', package: name, hook: script })
  const status = await run(script, name, { root, environment }, context)
  if (status !== 0) context.emit({ kind: 'hook-failed', package: name, hook: script, status: `status ${status}` })
  return status
}

/** Only a file of the root itself: a link could lead anywhere on the host. */
function findScript(kind: keyof typeof scriptNames, name: PackageName, root: string): string | undefined {
  const tree = diskTree(root)
  const physical = new PhysicalPaths(tree)
  const places = scriptNames[kind].map((file) => physical.target(textTreePath(`${databasePath}/${name}/${file}`)))
  const place = places.find((one) => tree.entry(one)?.kind === 'file')
  return place && bytesText(place)
}

async function run(
  script: string,
  name: PackageName,
  { root, environment }: ScriptSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<number> {
  const inside = { ...environment, KISS_ROOT: '' }
  if (root !== '')
    try {
      return await runInRoot({ root, script, package: name, environment: inside }, context)
    } catch (error) {
      // As in a container that may not make namespaces: then it is as sh kiss has it.
      if (!isKithError(error, 'sandbox-setup-failed') && !isKithError(error, 'user-namespaces-refused')) throw error
      const text = `${script} is confined by chroot alone: ${error.message}`
      context.emit({ kind: 'notice', level: 'warning', package: name, text })
    }
  const purpose = `run ${script} in the root`
  return await runAttached(enterRoot(root, script, purpose), purpose, { env: inside, output: 'error' })
}

/** An ordinary user, whose root it is, may change to it in a user namespace of their own. */
function enterRoot(root: string, script: string, why: string): string[] {
  const isRoot = process.getuid?.() === 0
  const asRoot = isRoot ? [] : [requireProgram('unshare', why), '--user', '--map-root-user', '--']
  return [...asRoot, requireProgram('chroot', why), root || '/', script]
}
