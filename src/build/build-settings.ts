import type { FetchSettings } from '../fetch/fetch-settings.ts'
import type { Compression } from '../model/artifact-name.ts'

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
  /** The user's environment, which build scripts see. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly homeDirectory: string
  readonly fetch: FetchSettings
  /** For names of logs. */
  readonly now: Date
}
