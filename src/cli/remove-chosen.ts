import type { PackageName } from '../model/package-name.ts'
import { previewRemoval, removePackages } from '../store/remove-packages.ts'
import { askToContinue } from './ask.ts'
import type { Invocation } from './command.ts'
import { withLock } from './install-artifacts.ts'
import { showChanges } from './show-changes.ts'

interface Removal {
  /** The packages to remove, from a root that does not change meanwhile. */
  readonly choose: (root: string) => readonly PackageName[]
  /** Those that the user named: what comes to more is asked about. */
  readonly named: readonly PackageName[]
}

/** Removes packages, those first that need the others, or shows what that would change; gives the exit status. */
export async function removeChosen(invocation: Invocation, { choose, named }: Removal): Promise<number> {
  const { config, context, environment, options } = invocation
  const { root, isForced } = config
  if (options.has('--dry-run')) {
    showChanges(await previewRemoval(choose(root), { root, isForced }), invocation)
    return 0
  }
  return await withLock(invocation, async () => {
    const names = choose(root)
    const known = new Set(named)
    const others = names.filter((name) => !known.has(name))
    if (names.length === 0) context.emit({ kind: 'notice', level: 'info', text: 'nothing to do' })
    if (others.length > 0) {
      const text = `Packages to remove (${names.length}): ${names.join(' ')}`
      context.emit({ kind: 'notice', level: 'info', text })
      await askToContinue(invocation, 'They came as dependencies, and nothing else needs them')
    }
    if (names.length === 0) return 0
    return (await removePackages(names, { root, isForced, environment }, context)) ? 0 : 1
  })
}
