import { KithError } from '../../errors/kith-error.ts'
import { versionLabel } from '../../model/version.ts'
import { type InstalledPackage, loadInstalled } from '../../store/installed-database.ts'
import { loadInstalledVersions } from '../../store/installed-versions.ts'
import type { Command } from '../command.ts'
import { openWorkspace } from '../workspace.ts'

/** `<name> <version>-<release>` per line: all, or those named, in order of dependence. */
export const list: Command = async ({ arguments: words, config, show }) => {
  const tell = ({ name, version }: Pick<InstalledPackage, 'name' | 'version'>): void =>
    show(`${name} ${version === undefined ? 'unknown' : versionLabel(version)}`, {
      kind: 'installed-package',
      name,
      ...version,
    })
  if (words.length === 0) {
    for (const one of loadInstalledVersions(config.root)) tell(one)
    return 0
  }
  const installed = loadInstalled(config.root)
  const { orderByDependency } = await import('../../plan/order-by-dependency.ts')
  const { dependenciesIn } = await import('../dependencies-in.ts')
  const { names, repositories } = openWorkspace(words, config, process.cwd())
  for (const name of orderByDependency(names, dependenciesIn(names, repositories))) {
    const found = installed.get(name)
    if (found === undefined) throw new KithError('not-installed', { name })
    tell(found)
  }
  return 0
}
