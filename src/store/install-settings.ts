import type { StageOptions } from './staging.ts'

export interface InstallSettings {
  readonly root: string
  readonly isForced: boolean
  readonly refusesConflicts: boolean
  /** Files in the way that no package has are copied aside and replaced; refused otherwise, unless forced. */
  readonly adopts?: boolean | undefined
  /** How artifacts are unpacked: by a confined process unless a test wants to watch. */
  readonly unpack?: StageOptions['unpack']
  /** For package scripts. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type RemoveSettings = Omit<InstallSettings, 'refusesConflicts' | 'unpack' | 'adopts'>
