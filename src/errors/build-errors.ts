import { entry } from './entry.ts'

export const buildErrors = {
  'build-failed': entry<{ package: string; status: string; log: string }>(
    ({ package: name, status, log }) => `Cannot build "${name}": its build script ended with ${status}\n  log ${log}`,
    ({ log }) => `Read the end of the log: tail -n 50 ${log}`,
  ),
  'build-left-unusable': entry<{ package: string; path: string; reason: string }>(
    ({ package: name, path, reason }) => `Cannot package "${name}": "${path}" ${reason}`,
    () => 'Correct the build script: it installs below its first argument, and leaves var/db to kith',
  ),
  'builds-failed': entry<{ packages: readonly string[] }>(
    ({ packages }) => `Cannot build ${packages.length} packages: ${packages.join(', ')}`,
  ),
  'hook-failed': entry<{ hook: string; type: string; package: string; status: string }>(
    ({ hook, type, package: name, status }) =>
      `Cannot go on${name === '' ? '' : ` with "${name}"`}: ${type} hook failed: "${hook}" ended with ${status}`,
    () => 'Correct the hook, or leave it out of KISS_HOOK',
  ),
} as const
