export interface InstallSettings {
  readonly root: string
  readonly isForced: boolean
  readonly refusesConflicts: boolean
  /** For package scripts. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type RemoveSettings = Omit<InstallSettings, 'refusesConflicts'>
