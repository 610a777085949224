import type { FetchSettings } from '../fetch/fetch-settings.ts'
import type { Compression } from '../model/artifact-name.ts'
import type { BuildLimits } from '../model/build-limits.ts'
import type { PackageName } from '../model/package-name.ts'
import type { SandboxFile } from '../model/sandbox-file.ts'
import type { ScheduleLimits } from '../model/schedule-limits.ts'
import type { SysrootSetting } from '../model/sysroot-setting.ts'

/** What a build needs to know besides the recipe. */
export interface BuildSettings {
  /** `<cache>/kiss` */
  readonly cacheDirectory: string
  /** Everything temporary of this process. */
  readonly workDirectory: string
  readonly compression: Compression
  readonly isStripping: boolean
  readonly keepsLogs: boolean
  /** Leave the work directory for a look at it. */
  readonly keepsWork: boolean
  /** The user's environment, of which build scripts see a part (script-environment.ts). */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Variables that they see besides; `NAME_*` stands for all that begin so. */
  readonly passedVariables: readonly string[]
  readonly limits: BuildLimits
  /** What build scripts see of the host. */
  readonly sandboxFiles: readonly SandboxFile[]
  /** How the layers of a sysroot are merged. */
  readonly sysroot: SysrootSetting
  /** Whether the build script of a package reaches what the host reaches. */
  readonly hasNetwork: (name: PackageName) => boolean
  /** Use the host's tools also where there is a base. */
  readonly usesHostTools: boolean
  readonly fetch: FetchSettings
  /** How much is built at one time. */
  readonly schedule: ScheduleLimits
  /** After a failure, build everything that does not need what failed. */
  readonly keepsGoing: boolean
  /** For names of logs. */
  readonly now: Date
}
