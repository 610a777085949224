import type { Context } from '../../events/context.ts'
import type { Checksum } from '../../model/checksums.ts'
import type { PackageName } from '../../model/package-name.ts'
import type { FetchSettings } from '../fetch-settings.ts'

/** A remote source as mirrors are asked for it. */
export interface WantedFile {
  readonly package: PackageName
  readonly fileName: string
  readonly checksum: Exclude<Checksum, { algorithm: 'skip' }>
  /** What events call it: the source's URL, without credentials. */
  readonly shownUrl: string
  /** Absolute path that a mirror's file is written to. */
  readonly into: string
}

/** One place of a mirror that may have the file. What it gives still has to match the checksum. */
export interface MirrorPlace {
  /** How the place was found: `by hash`, `by name`. */
  readonly name: string
  fetch(): Promise<{ readonly outcome: 'found' | 'absent'; readonly detail: string }>
}

export interface MirrorSurroundings {
  readonly settings: FetchSettings
  readonly context: Pick<Context, 'emit' | 'signal'>
}
