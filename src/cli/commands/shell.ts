import { fetchRecipes } from '../../build/fetch-recipes.ts'
import { openShell } from '../../build/open-shell.ts'
import { KithError } from '../../errors/kith-error.ts'
import { verifySources } from '../../fetch/verify-sources.ts'
import type { Command } from '../command.ts'
import { prepareSandbox } from '../prepare-sandbox.ts'

/** Opens a shell where the build script of one recipe would run; gives the shell's exit status. */
export const shell: Command = async (invocation) => {
  const { context } = invocation
  const { recipe, sysroot, host, settings, missing } = await prepareSandbox(invocation)
  if (missing.length > 0) throw new KithError('dependencies-not-built', { package: recipe.name, missing })
  await fetchRecipes([recipe], settings.fetch, context)
  await verifySources(recipe, settings.fetch, context)
  const output = (bytes: Uint8Array): void => void process.stdout.write(bytes)
  return await openShell({ recipe, sysroot, host }, settings, output, context)
}
