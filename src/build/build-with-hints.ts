import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { logTail } from '../plan/missing-files.ts'
import { readHead } from '../system/files.ts'
import { type BuildRequest, buildRecipe } from './build-recipe.ts'
import type { BuildSettings } from './build-settings.ts'
import { type PackageWorld, tellMissingDependencies } from './missing-dependencies.ts'

/**
 * buildRecipe; and where the script fails because something is not in the sandbox that a package of `world` has, that is
 * told before the failure is thrown.
 */
export async function buildWithHints(
  request: BuildRequest,
  world: PackageWorld,
  settings: BuildSettings,
  context: Context,
): Promise<string> {
  const { recipe, sysroot } = request
  let [earlier, tail] = ['', '']
  const emit: Context['emit'] = (event) => {
    if (event.kind === 'build-output') tail += event.text
    // Two pieces, so that not every line of a long log is copied over and over.
    if (tail.length > logTail.characters) [earlier, tail] = [tail, '']
    context.emit(event)
  }
  try {
    return await buildRecipe(request, settings, { ...context, emit })
  } catch (error) {
    const log = logOf(error, earlier + tail, join(recipe.directory, 'build'))
    if (log !== undefined)
      await tellMissingDependencies({ recipe, sysroot, log }, world, settings.cacheDirectory, context)
    throw error
  }
}

/** What there is to learn from, where it was the script that failed. */
function logOf(error: unknown, tail: string, script: string): string | undefined {
  if (!(error instanceof KithError)) return undefined
  if (error.code === 'build-failed') return tail
  if (error.code !== 'sandbox-command-missing') return undefined
  // The kernel does not say what the script's first line names; shells do, in these words.
  const [line = ''] = Buffer.from(readHead(script, 256)).toString('latin1').split('\n')
  const [program = ''] = line.replace(/^#![ \t]*/, '').split(/[ \t]/)
  return line.startsWith('#!') ? `build: ${program}: bad interpreter: No such file or directory` : undefined
}
