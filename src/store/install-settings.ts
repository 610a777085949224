import type { PackageName } from '../model/package-name.ts'
import type { StageOptions } from './staging.ts'

export interface InstallSettings {
  readonly root: string
  readonly isForced: boolean
  readonly refusesConflicts: boolean
  /** Files in the way that no package has are copied aside and replaced; refused otherwise, unless forced. */
  readonly adopts?: boolean | undefined
  /** Packages that were asked for, where not all are: others keep their mark, or came because they are needed. */
  readonly explicit?: ReadonlySet<PackageName> | undefined
  /** How artifacts are unpacked: by a confined process unless a test wants to watch. */
  readonly unpack?: StageOptions['unpack']
  /** For package scripts. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type RemoveSettings = Omit<InstallSettings, 'refusesConflicts' | 'unpack' | 'adopts' | 'explicit'>
