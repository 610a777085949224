import { KithError } from '../errors/kith-error.ts'
import { sandboxPaths } from './sandbox-paths.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Variables of the user that are about building, by name or ending; nothing here tells who builds, or holds a secret. */
const buildVariables =
  /^(.*FLAGS|(HOST|BUILD_)?(CC|CXX|CPP|LD)|AR|AS|NM|RANLIB|STRIP|OBJCOPY|OBJDUMP|READELF|MAKE|YACC|LEX|PKG_CONFIG|CMAKE_(GENERATOR|BUILD_PARALLEL_LEVEL|BUILD_TYPE)|CARGO_BUILD_JOBS|GOMAXPROCS|NPROC|XORG_PREFIX)$/

/** Whether build scripts see a variable of the user without being asked to. */
export function passesByName(variable: string): boolean {
  return buildVariables.test(variable)
}

/** Whether KITH_ENVIRONMENT (`passed`) asks for a variable; `NAME_*` stands for all that begin so. */
export function isAskedFor(variable: string, passed: readonly string[]): boolean {
  return passed.some((one) => (one.endsWith('*') ? variable.startsWith(one.slice(0, -1)) : variable === one))
}

/** Those that say how the network is reached, for builds that may. */
const networkVariables = /^(https?|ftp|all|no)_proxy$/i

export interface ScriptEnvironmentOptions {
  /** Names besides. */
  readonly passed: readonly string[]
  readonly hasNetwork: boolean
  readonly sourceDateEpoch: number
}

/**
 * The environment of a build script: of the user's own what is about building or was asked for, so that no result depends on
 * who builds and no secret gets in; KISS's defaults for the tools; the build's path taken out of what Rust and Go write;
 * KISS_ROOT empty since dependencies are at `/usr` in the sysroot; SOURCE_DATE_EPOCH.
 */
export function scriptEnvironment(
  name: string,
  inherited: Environment,
  { passed, hasNetwork, sourceDateEpoch }: ScriptEnvironmentOptions,
): Record<string, string> {
  const build = sandboxPaths.build(name)
  const isPassed = (key: string): boolean =>
    passesByName(key) || (hasNetwork && networkVariables.test(key)) || isAskedFor(key, passed)
  const environment: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: sandboxPaths.home,
    LOGNAME: 'root',
    USER: 'root',
  }
  for (const [key, value] of Object.entries(inherited))
    if (value !== undefined && isPassed(key)) environment[key] = value
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
