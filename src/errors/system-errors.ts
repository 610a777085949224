import { entry } from './entry.ts'

/** By what the system said; the path is where it said so. */
const ioHints: readonly (readonly [RegExp, (path: string) => string])[] = [
  [
    /no space|ENOSPC|quota/i,
    () => 'df -h shows which file system is full; kith clean tells what the history would free',
  ],
  [/permission denied|not permitted/i, (path) => `ls -ld "${path}" shows who may; sudo runs the same command as root`],
  [/read-only/i, (path) => `findmnt --target "${path}" shows how it is mounted`],
  [/too many open files/i, () => 'ulimit -n tells how many files may be open, and allows more'],
  [/no such file/i, (path) => `ls -ld "${path}" shows where the way ends`],
]

export const systemErrors = {
  'io-failed': entry<{ action: string; path: string; reason: string }>(
    ({ action, path, reason }) => `Cannot ${action} "${path}": ${reason}`,
    ({ path, reason }) => ioHints.find(([pattern]) => pattern.test(reason))?.[1](path),
  ),
  'program-missing': entry<{ program: string; purpose: string }>(
    ({ program, purpose }) => `Cannot run "${program}": not found on PATH; it is needed to ${purpose}`,
    ({ program }) => `Install a package that provides ${program}`,
  ),
  'archive-invalid': entry<{ archive: string; reason: string; member?: string }>(
    ({ archive, reason, member }) =>
      `Cannot unpack "${archive}": ${reason}${member === undefined ? '' : ` (member "${member}")`}`,
    () => 'It is damaged or hostile: compare it with upstream, then fetch or build it again',
  ),
} as const
