import { KithError } from '../errors/kith-error.ts'
import { sandboxPaths } from './sandbox-paths.ts'

/**
 * The environment of a build script: the user's own, with KISS's defaults for the tools, the build's path taken out of what
 * Rust and Go write, KISS_ROOT empty since dependencies are at `/usr` in the sysroot, and SOURCE_DATE_EPOCH.
 */
export function scriptEnvironment(
  name: string,
  inherited: Readonly<Record<string, string | undefined>>,
  sourceDateEpoch: number,
): Record<string, string> {
  const build = sandboxPaths.build(name)
  const environment: Record<string, string> = {}
  for (const [key, value] of Object.entries(inherited)) if (value !== undefined) environment[key] = value
  const tools = { AR: 'ar', CC: 'cc', CXX: 'c++', NM: 'nm', RANLIB: 'ranlib' }
  for (const [key, tool] of Object.entries(tools)) environment[key] ||= tool
  return {
    ...environment,
    RUSTFLAGS: `--remap-path-prefix=${build}=. ${environment.RUSTFLAGS ?? ''}`,
    GOFLAGS: `-trimpath -modcacherw ${environment.GOFLAGS ?? ''}`,
    GOPATH: `${build}/go`,
    KISS_ROOT: '',
    TMPDIR: '/tmp',
    PWD: build,
    SOURCE_DATE_EPOCH: String(sourceDateEpoch),
  }
}

/** Time of files that no archive dates: the first that every tool can write (zip begins in 1980). */
const earliestEpoch = 315_532_800

/**
 * The time that a build and its artifact are given, in seconds: the user's SOURCE_DATE_EPOCH, else the newest in its source
 * archives, else the first day of 1980. Throws `invalid-setting`.
 */
export function chooseEpoch(setting: string | undefined, newestMtime: number | undefined): number {
  if (setting === undefined || setting === '') return Math.max(earliestEpoch, Math.floor(newestMtime ?? 0))
  if (/^\d{1,11}$/.test(setting)) return Number(setting)
  throw new KithError('invalid-setting', {
    setting: 'SOURCE_DATE_EPOCH',
    value: setting,
    expected: 'seconds since 1970',
  })
}
