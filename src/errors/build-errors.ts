import { entry } from './entry.ts'
import { shellWord } from './printable.ts'

/** What each limit of KITH_LIMITS says when it is reached. */
export const limitReached = {
  time: 'it took longer than its time limit',
  silence: 'it said nothing for longer than its silence limit',
  memory: 'it needed more memory than its limit',
  processes: 'it started more processes than its limit',
  free: 'the disk is nearly full',
} as const

export type Limit = keyof typeof limitReached

/** A setting that allows more, as an example. */
export function allowMore(limit: Limit): string {
  return `KITH_LIMITS='${{ time: 'time=12h', silence: 'silence=8h', memory: 'memory=none', processes: 'processes=30000', free: 'free=16M' }[limit]}'`
}

export const buildErrors = {
  'build-failed': entry<{ package: string; status: string; log: string }>(
    ({ package: name, status, log }) => `Cannot build "${name}": its build script ended with ${status}\n  log ${log}`,
    ({ package: name, log }) =>
      `Read the end of the log: tail -n 50 ${shellWord(log)}; look around where it failed: kith shell ${name}`,
  ),
  'build-limit-reached': entry<{ package: string; limit: Limit; log: string }>(
    ({ package: name, limit, log }) => `Cannot build "${name}": ${limitReached[limit]}\n  log ${log}`,
    ({ limit, log }) => `Read the end of the log: tail -n 50 ${shellWord(log)}; or allow more: ${allowMore(limit)}`,
  ),
  'builds-failed': entry<{ failed: readonly string[]; total: number }>(
    ({ failed, total }) => `Cannot build ${failed.length} of ${total} packages: ${failed.join(' ')}`,
    ({ failed: [name = ''] }) => `Look at each, for example: kith shell ${name}; what is built stays built`,
  ),
  'nothing-to-resume': entry<Record<string, never>>(
    () => 'Cannot go on with a build: no build of several packages has failed or was interrupted',
    () => 'Name what is to be built: kith build PACKAGE...',
  ),
  'cache-in-use': entry<{ path: string }>(
    ({ path }) => `Cannot remove anything from "${path}": another kith uses it`,
    () => 'Wait until it is done: the same command without --no-wait does',
  ),
  'no-timings': entry<{ number: number }>(
    ({ number }) =>
      `Cannot show timings: ${number === 1 ? 'no build is' : `there are not ${number} builds`} recorded in the cache`,
    () => 'Look at what there is: kith timings --list; kith build PACKAGE... records one',
  ),
  'dependencies-not-built': entry<{ package: string; missing: readonly string[] }>(
    ({ package: name, missing }) => `Cannot open a shell for "${name}": not built yet: ${missing.join(' ')}`,
    ({ missing }) => `Build what it needs first: kith build ${missing.join(' ')}`,
  ),
  'build-left-unusable': entry<{ package: string; path: string; reason: string }>(
    ({ package: name, path, reason }) => `Cannot package "${name}": "${path}" ${reason}`,
    () => 'Correct the build script: it installs below its first argument, and leaves var/db to kith',
  ),
  'recipe-reads-private': entry<{ path: string; target: string }>(
    ({ path, target }) =>
      `Cannot use "${path}" in a recipe: ${path === target ? 'it' : `it leads to "${target}", which`} is outside of its repository, and not everybody may read it`,
    () => 'Leave it out of the recipe; what belongs into a package belongs into the repository, as a copy',
  ),
  'source-not-unpacked': entry<{ package: string; source: string; path: string; reason: string }>(
    ({ package: name, source, path, reason }) =>
      `Cannot unpack source "${source}" of "${name}": ${reason}\n  file ${path}`,
    ({ package: name, path }) =>
      path.includes('/kiss/sources/')
        ? `If the download is damaged: rm ${path} && kith download ${name}`
        : `Correct the file, or leave it out of the sources: kith lint ${name}`,
  ),
  'directory-claimed': entry<{ path: string }>(
    ({ path }) => `Cannot work in "${path}": another kith is at work there, or it is somebody else's`,
    () => 'Wait until it has ended, or unset KISS_PID, then run the same command again',
  ),
  'hook-failed': entry<{ hook: string; type: string; package: string; status: string }>(
    ({ hook, type, package: name, status }) =>
      `Cannot go on${name === '' ? '' : ` with "${name}"`}: ${type} hook failed: "${hook}" ended with ${status}`,
    () => 'Correct the hook, or leave it out of KISS_HOOK',
  ),
} as const
