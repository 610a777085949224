import { entry } from './entry.ts'

export const storeErrors = {
  'not-installed': entry<{ name: string }>(
    ({ name }) => `Cannot find "${name}" among the installed packages: '${name}' not installed`,
    () => 'kith list shows what is installed',
  ),
  'not-built': entry<{ names: readonly string[] }>(
    ({ names }) => `Cannot install ${names.map((name) => `"${name}"`).join(', ')}: not yet built`,
    ({ names }) => `kith build ${names.join(' ')}`,
  ),
  'not-a-package': entry<{ artifact: string; reason: string }>(
    ({ artifact, reason }) => `Cannot install "${artifact}": not a valid KISS package: ${reason}`,
    () => 'Build it again: kith build NAME',
  ),
  'dependencies-not-installed': entry<{ package: string; missing: readonly string[] }>(
    ({ package: name, missing }) =>
      `Cannot install "${name}": missing ${missing.length} ${missing.length === 1 ? 'package' : 'packages'}: ${missing.join(', ')}`,
    ({ missing }) => `kith build ${missing.join(' ')} && kith install ${missing.join(' ')}`,
  ),
  'file-conflict': entry<{
    package: string
    conflicts: readonly { readonly path: string; readonly owner: string }[]
    isRefusedBySetting: boolean
  }>(
    ({ package: name, conflicts }) =>
      `Cannot install "${name}": ${conflicts.length} of its files belong to other packages:\n${conflicts
        .slice(0, 20)
        .map(({ path, owner }) => `  ${path} (${owner})`)
        .join('\n')}`,
    ({ isRefusedBySetting }) =>
      isRefusedBySetting ? 'Unset KISS_CHOICE to keep them as alternatives (kith alternatives)' : undefined,
  ),
  'path-blocked': entry<{
    package: string
    blocked: readonly { readonly path: string; readonly reason: 'directory' | 'file' }[]
  }>(
    ({ package: name, blocked }) =>
      `Cannot install "${name}": ${blocked
        .map(({ path, reason }) =>
          reason === 'directory'
            ? `"${path}" is a directory, the package has a file or link there`
            : `"${path}" is a file or link, the package has a directory there`,
        )
        .join('; ')}; nothing was changed`,
    ({ blocked }) => `Move ${blocked[0]?.path ?? 'it'} away, then install again`,
  ),
  'has-dependents': entry<{ package: string; dependents: readonly string[] }>(
    ({ package: name, dependents }) =>
      `Cannot remove "${name}": ${dependents.length} installed ${dependents.length === 1 ? 'package needs' : 'packages need'} it: ${dependents.join(', ')}`,
    ({ dependents }) => `Remove them too, or set KISS_FORCE=1: kith remove ${dependents.join(' ')}`,
  ),
  'leaves-alternatives': entry<{ package: string; paths: readonly string[] }>(
    ({ package: name, paths }) =>
      `Cannot remove "${name}": it would leave ${paths.length} orphaned alternatives behind:\n${paths.map((path) => `  ${path}`).join('\n')}`,
    () => 'Swap them first: kith alternatives',
  ),
  'alternative-unknown': entry<{ package: string; path: string }>(
    ({ package: name, path }) => `Cannot swap: alternative "${name} ${path}" doesn't exist`,
    () => 'kith alternatives lists what there is',
  ),
  'alternative-not-owned': entry<{ path: string }>(
    ({ path }) => `Cannot swap: file "${path}" exists on filesystem but isn't owned`,
    () => 'Move it away, then swap again',
  ),
  'database-invalid': entry<{ file: string; reason: string; line?: number | undefined }>(
    ({ file, reason, line }) => `Cannot read "${file}${line === undefined ? '' : `:${line}`}": ${reason}`,
  ),
} as const
