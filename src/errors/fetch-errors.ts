import { entry } from './entry.ts'

export const fetchErrors = {
  'checksum-mismatch': entry<{
    package: string
    mismatches: readonly {
      readonly source: string
      readonly expected: string
      readonly actual: string
      readonly keptAt?: string | undefined
    }[]
  }>(
    ({ package: name, mismatches }) =>
      `Cannot trust the sources of "${name}": checksum mismatch\n${mismatches
        .map(
          ({ source, expected, actual, keptAt }) =>
            `  ${source}\n    expected ${expected}\n    actual   ${actual}${keptAt === undefined ? '' : `\n    kept at  ${keptAt}`}`,
        )
        .join('\n')}`,
    ({ package: name }) => `If upstream changed the file and you trust it: kith checksum ${name}`,
  ),
  'checksum-count': entry<{ package: string; file: string; line?: number; expected: number; actual: number }>(
    ({ package: name, file, line, expected, actual }) =>
      `Cannot verify the sources of "${name}": ${file}${line === undefined ? '' : `:${line}`} has ${actual} checksums, expected ${expected} (checksum mismatch)`,
    ({ package: name }) => `kith checksum ${name} writes the file anew`,
  ),
  'fetch-failed': entry<{ package: string; url: string; reason: string; tried?: readonly string[] }>(
    ({ package: name, url, reason, tried }) =>
      `Cannot fetch "${url}" for "${name}": ${reason}${tried === undefined || tried.length === 0 ? '' : `\n${tried.map((line) => `  ${line}`).join('\n')}`}`,
    () => 'Check the network and the sources file, or set KITH_MIRRORS to a directory, an http tree or apt',
  ),
  'git-failed': entry<{ package: string; url: string; reason: string }>(
    ({ package: name, url, reason }) => `Cannot fetch git source "${url}" for "${name}": ${reason}`,
    () => 'Check the URL, branch, tag or commit in the sources file',
  ),
} as const
