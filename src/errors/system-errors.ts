import { entry } from './entry.ts'

export const systemErrors = {
  'io-failed': entry<{ action: string; path: string; reason: string }>(
    ({ action, path, reason }) => `Cannot ${action} "${path}": ${reason}`,
    ({ reason }) => (/no space|ENOSPC|quota/i.test(reason) ? 'df -h shows which file system is full' : undefined),
  ),
  'program-missing': entry<{ program: string; purpose: string }>(
    ({ program, purpose }) => `Cannot run "${program}": not found on PATH; it is needed to ${purpose}`,
    ({ program }) => `Install a package that provides ${program}`,
  ),
  'archive-invalid': entry<{ archive: string; reason: string; member?: string }>(
    ({ archive, reason, member }) =>
      `Cannot unpack "${archive}": ${reason}${member === undefined ? '' : ` (member "${member}")`}`,
  ),
} as const
