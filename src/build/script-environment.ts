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
    SOURCE_DATE_EPOCH: environment.SOURCE_DATE_EPOCH || String(sourceDateEpoch),
  }
}
