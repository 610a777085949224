import { entry } from './entry.ts'

export const storeErrors = {
  'not-installed': entry<{ name: string }>(
    ({ name }) => `Cannot find "${name}": it is not installed`,
    () => 'kith list shows what is installed',
  ),
  'installs-failed': entry<{ failed: readonly string[]; total: number }>(
    ({ failed, total }) => `Cannot install ${failed.length} of ${total} packages: ${failed.join(' ')}`,
    ({ failed }) => `What stands against each is told above; then: kith install ${failed.join(' ')}`,
  ),
  'not-built': entry<{ missing: readonly { readonly name: string; readonly neededBy: readonly string[] }[] }>(
    ({ missing }) =>
      missing.length === 1
        ? `Cannot install ${missingPackage(missing[0])}: not yet built`
        : `Cannot install: ${missing.length} packages are not yet built:\n${missing.map((one) => `  ${missingPackage(one)}`).join('\n')}`,
    ({ missing }) => `kith build ${missing.map(({ name }) => name).join(' ')}`,
  ),
  'not-a-package': entry<{ artifact: string; reason: string }>(
    ({ artifact, reason }) => `Cannot install "${artifact}": not a valid KISS package: ${reason}`,
    () => 'Build it again: kith build NAME',
  ),
  'artifact-altered': entry<{ artifact: string; expected: string; found: string; origin: string }>(
    ({ artifact, expected, found, origin }) =>
      `Cannot install "${artifact}": its SHA-256 is not the one that "${origin}" has:\n  found    ${found}\n  expected ${expected}`,
    ({ artifact, origin }) => {
      const again = `Get it anew from where it came from, or build it again: kith build ${nameOf(artifact)}`
      return origin === `${artifact}.sha256` ? `${again}\nIf another tool built it since, remove "${origin}".` : again
    },
  ),
  'staging-failed': entry<{ artifact: string; reason: string }>(
    ({ artifact, reason }) => `Cannot unpack "${artifact}": ${reason}`,
    ({ artifact }) => `kith doctor shows what this host lacks; or build it again: kith build ${nameOf(artifact)}`,
  ),
  'file-conflict': entry<{
    package: string
    conflicts: readonly { readonly path: string; readonly owner: string; readonly fault: string | undefined }[]
    isRefusedBySetting: boolean
  }>(
    ({ package: name, conflicts }) =>
      `Cannot install "${name}": ${conflicts.length} of its files ${conflicts.length === 1 ? 'belongs' : 'belong'} to other packages:\n${shortList(
        conflicts.map(
          ({ path, owner, fault }) => `${path} (${owner})${fault === undefined ? '' : `, no alternative: ${fault}`}`,
        ),
      )}`,
    ({ isRefusedBySetting, conflicts }) =>
      isRefusedBySetting
        ? 'Unset KISS_CHOICE to keep them as alternatives (kith alternatives)'
        : `Remove what has them first: kith remove ${[...new Set(conflicts.flatMap(({ owner, fault }) => (fault === undefined ? [] : owner)))].join(' ')}`,
  ),
  'files-collide': entry<{
    package: string
    collisions: readonly { readonly place: string; readonly paths: readonly string[] }[]
  }>(
    ({ package: name, collisions }) =>
      `Cannot install "${name}": links of this root bring several of its files to one place:\n${shortList(
        collisions.map(({ place, paths }) => `${place}: ${paths.join(' and ')}`),
      )}`,
    ({ package: name }) => `Correct its recipe, so that it installs one of them only, then: kith build ${name}`,
  ),
  'path-blocked': entry<{
    package: string
    blocked: readonly { readonly path: string; readonly reason: 'directory' | 'file' | 'beside' }[]
  }>(
    ({ package: name, blocked }) =>
      `Cannot install "${name}": ${blocked.map(({ path, reason }) => `"${path}" ${blockedReasons[reason]}`).join('; ')}; nothing was changed`,
    ({ package: name, blocked }) => `Move ${blocked[0]?.path ?? 'it'} away, then: kith install ${name}`,
  ),
  'foreign-link': entry<{ package: string; path: string; link: string; owner: number | undefined }>(
    ({ package: name, path, link, owner }) =>
      `Cannot install "${name}": "${link}" on the way of its ${path} is a link of user ${owner ?? 'unknown'}, who can lead it anywhere`,
    ({ link }) => `Remove it; or, if it leads where it should, make it root's: chown -h root "${link}"`,
  ),
  'has-dependents': entry<{ package: string; dependents: readonly string[]; provided?: readonly string[] }>(
    ({ package: name, dependents, provided = [] }) =>
      `Cannot remove "${name}": ${dependents.length} installed ${dependents.length === 1 ? 'package needs' : 'packages need'} it${provided.length === 0 ? '' : ` as ${provided.map((one) => `"${one}"`).join(', ')}`}: ${dependents.join(', ')}`,
    ({ dependents }) => `Remove them too, or set KISS_FORCE=1: kith remove ${dependents.join(' ')}`,
  ),
  'provides-exclusive': entry<{ package: string; name: string; others: readonly string[]; isInstalled: boolean }>(
    ({ package: name, name: provided, others, isInstalled }) =>
      `Cannot install "${name}": only one package may be "${provided}", and ${others.map((one) => `"${one}"`).join(', ')} ${others.length === 1 ? 'is' : 'are'} ${isInstalled ? 'installed' : 'to be installed too'}`,
    ({ package: name, others, isInstalled }) =>
      isInstalled
        ? `Remove first what has the name: kith remove ${others.join(' ')}; where others need it, with KISS_FORCE=1, and then: kith install ${name}`
        : `Install only one of them: kith install ${name}`,
  ),
  'leaves-alternatives': entry<{ package: string; paths: readonly string[] }>(
    ({ package: name, paths }) =>
      `Cannot remove "${name}": it would leave ${paths.length} orphaned alternatives behind:\n${paths.map((path) => `  ${path}`).join('\n')}`,
    ({ paths }) =>
      `Swap them first: kith alternatives PACKAGE ${paths[0] ?? 'PATH'}; kith alternatives lists who has one`,
  ),
  'alternative-unknown': entry<{ package: string; path: string }>(
    ({ package: name, path }) => `Cannot swap: alternative "${name} ${path}" doesn't exist`,
    () => 'kith alternatives lists what there is',
  ),
  'alternative-not-owned': entry<{ path: string }>(
    ({ path }) => `Cannot swap: file "${path}" exists on filesystem but isn't owned`,
    () => 'Move it away, then swap again',
  ),
  'journal-invalid': entry<{ file: string; reason: string }>(
    ({ file, reason }) => `Cannot read "${file}": ${reason}`,
    () => 'It is written whole or not at all: look for a damaged disk; what it was about to change is in its lines',
  ),
  'transaction-unfinished': entry<{ reason: string; failure: string }>(
    ({ reason, failure }) => `${reason}; and the root could not be brought back to what it was: ${failure}`,
    () => 'Nothing is lost: the next command, or kith recover, brings it back as soon as the disk can be written',
  ),
  'untracked-files': entry<{ package: string; paths: readonly string[] }>(
    ({ package: name, paths }) =>
      `Cannot install "${name}": ${paths.length} ${paths.length === 1 ? 'file is' : 'files are'} in the way that no package has:\n${shortList(paths)}`,
    ({ package: name }) =>
      `Move them away, or have them copied to FILE.orig and replaced: kith install --adopt ${name}`,
  ),
  'version-not-kept': entry<{ name: string; version: string; kept: readonly string[] }>(
    ({ name, version, kept }) =>
      `Cannot install "${name}" ${version}: it is not among the built versions that are kept${kept.length === 0 ? '' : `: ${kept.join(' ')}`}`,
    ({ name, kept }) => (kept[0] === undefined ? `kith build ${name}` : `kith install ${name}@${kept.at(-1) ?? ''}`),
  ),
  'no-new-version': entry<{ path: string }>(
    ({ path }) => `Cannot find a new version of "${path}": nothing waits beside it`,
    () => 'kith etc lists the files whose new versions wait',
  ),
  'merge-conflict': entry<{ path: string; conflicts: number }>(
    ({ path, conflicts }) =>
      `Cannot merge "${path}": ${conflicts} ${conflicts === 1 ? 'place was' : 'places were'} changed in both versions; nothing was changed`,
    ({ path }) => `kith etc show ${path} shows the difference; edit the file, then: kith etc keep ${path}`,
  ),
  'nothing-to-revert': entry<{ command: 'undo' | 'redo' }>(
    ({ command }) =>
      command === 'undo' ? 'Cannot undo: nothing in the history is in effect' : 'Cannot redo: nothing was undone last',
    () => 'kith history shows what happened',
  ),
  'transaction-unknown': entry<{ id: number }>(
    ({ id }) => `Cannot find transaction ${id}: it is not in the history, or undone already`,
    () => 'kith history shows what there is',
  ),
  'changed-since': entry<{ command: string; paths: readonly string[] }>(
    ({ command, paths }) =>
      `Cannot ${command}: ${paths.length} ${paths.length === 1 ? 'file was' : 'files were'} changed since:\n${shortList(paths)}`,
    ({ command }) =>
      `kith verify shows what is different; KISS_FORCE=1 kith ${command} does it all the same, and can be undone`,
  ),
  'area-missing': entry<{ path: string; id: number }>(
    ({ path, id }) => `Cannot finish transaction ${id}: "${path}" is not there`,
    ({ path }) => `Mount the file system that holds ${path.replace(/\/\.kith$/, '') || '/'}, then: kith recover`,
  ),
  'root-busy': entry<{ path: string }>(
    ({ path }) => `Cannot change the root: another kith is at it (${path})`,
    () => 'Wait for it, or run the command without --no-wait',
  ),
  'database-invalid': entry<{ file: string; reason: string; line?: number | undefined }>(
    ({ file, reason, line }) => `Cannot read "${file}${line === undefined ? '' : `:${line}`}": ${reason}`,
    ({ file }) => {
      const name = file.split('/').at(-2) ?? 'PACKAGE'
      return `KISS_FORCE=1 kith install ${name} writes it anew; KISS_FORCE=1 kith remove ${name} gives the entry up`
    },
  ),
} as const

function nameOf(artifact: string): string {
  return (artifact.split('/').at(-1) ?? '').split('@')[0] || 'NAME'
}

const blockedReasons = {
  directory: 'is a directory, the package has a file or link there',
  file: 'is a file or link, the package has a directory there',
  beside: 'was edited, and its new version cannot be put beside it as ".new"',
} as const

function missingPackage(one: { readonly name: string; readonly neededBy: readonly string[] } | undefined): string {
  const { name, neededBy } = one ?? { name: '', neededBy: [] }
  return `"${name}"${neededBy.length === 0 ? '' : ` (needed by ${neededBy.join(', ')})`}`
}

/** Indented lines, not too many of them. */
function shortList(lines: readonly string[]): string {
  const most = 20
  const rest = lines.length > most ? [`and ${lines.length - most} more`] : []
  return [...lines.slice(0, most), ...rest].map((line) => `  ${line}`).join('\n')
}
