import { entry } from './entry.ts'

interface Mismatch {
  readonly source: string
  readonly expected: string
  readonly actual: string
  /** Where the rejected file was moved to; absent for a local file, which stays. */
  readonly keptAt?: string | undefined
}

const kept = (path: string | undefined) => (path === undefined ? '' : `\n    kept at  ${path}`)
const indented = (lines: readonly string[]) => lines.map((line) => `\n  ${line.replaceAll('\n', '\n  ')}`).join('')

export const fetchErrors = {
  'checksum-mismatch': entry<{ package: string; mismatches: readonly Mismatch[] }>(
    ({ package: name, mismatches }) =>
      `Cannot trust the sources of "${name}": checksum mismatch\n${mismatches
        .map(
          ({ source, expected, actual, keptAt }) =>
            `  ${source}\n    expected ${expected}\n    actual   ${actual}${kept(keptAt)}`,
        )
        .join('\n')}`,
    ({ package: name }) => `If upstream changed the file and you trust it: kith checksum ${name}`,
  ),
  'checksum-count': entry<{ package: string; file: string; line?: number; expected: number; actual: number }>(
    ({ package: name, file, line, expected, actual }) =>
      `Cannot verify the sources of "${name}": ${file}${line === undefined ? '' : `:${line}`} has ${actual} checksums, expected ${expected} (checksum mismatch)`,
    ({ package: name }) => `kith checksum ${name} writes the file anew`,
  ),
  'checksums-missing': entry<{ package: string; file: string; expected: number }>(
    ({ package: name, file, expected }) =>
      `Cannot verify the sources of "${name}": there is no "${file}", and ${expected} ${expected === 1 ? 'source needs' : 'sources need'} a checksum`,
    ({ package: name }) => `kith checksum ${name} writes the file`,
  ),
  'source-not-fetched': entry<{ package: string; source: string; path: string }>(
    ({ package: name, source, path }) => `Cannot read source "${source}" of "${name}": no file "${path}"`,
    ({ package: name }) => `kith download ${name}`,
  ),
  'source-path-unsafe': entry<{ package: string; source: string; reason: string }>(
    ({ package: name, source, reason }) =>
      `Cannot give source "${source}" of "${name}" a place in the cache: ${reason}`,
    () => 'Correct the line in the sources file',
  ),
  'fetch-failed': entry<{ package: string; url: string; reason: string; tried?: readonly string[] }>(
    ({ package: name, url, reason, tried = [] }) => `Cannot fetch "${url}" for "${name}": ${reason}${indented(tried)}`,
    () => 'Check the network and the sources file, or set KITH_MIRRORS to a directory, an http tree or apt',
  ),
  'git-failed': entry<{ package: string; url: string; reason: string }>(
    ({ package: name, url, reason }) => `Cannot fetch git source "${url}" for "${name}": ${reason}`,
    () => 'Check the URL, branch, tag or commit in the sources file',
  ),
  'fetches-failed': entry<{ failures: readonly string[] }>(
    ({ failures }) => `Cannot fetch ${failures.length} sources:${indented(failures)}`,
    () => 'What was fetched stays in the cache; kith download <package> tries the rest again',
  ),
  'signing-key-unusable': entry<{ path: string; reason: string }>(
    ({ path, reason }) => `Cannot sign with "${path}": ${reason}`,
    () => 'Name the file of a secret key without a password in KITH_SIGNING_KEY; kith publish --new-key FILE makes one',
  ),
  'publish-refused': entry<{ directory: string; reason: string }>(
    ({ directory, reason }) => `Cannot publish in "${directory}": ${reason}`,
    () => 'Publish into another directory, or with the key that it was signed with',
  ),
  'artifact-without-key': entry<{ name: string }>(
    ({ name }) => `Cannot publish "${name}": there is no artifact of it that this kith built or verified`,
    ({ name }) => `kith build --rebuild ${name}`,
  ),
  'update-failed': entry<{ repository: string; reason: string }>(
    ({ repository, reason }) => `Cannot update "${repository}": ${reason}`,
    ({ repository }) => `Look at it with: git -C ${repository} status`,
  ),
} as const
