import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Event } from '../events/event.ts'
import { parseGitSource } from '../model/git-source.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { remoteFileName, type Source } from '../model/sources.ts'
import {
  makeDirectory,
  makeTemporaryDirectory,
  readDirectory,
  readText,
  removeTree,
  writeFileAtomic,
} from '../system/files.ts'
import { type FetchSettings, fetchDefaults } from './fetch-settings.ts'

/** For tests: a cache in a directory of its own that is gone afterwards, and every event that was emitted. */
export interface FetchBench extends Disposable {
  readonly directory: string
  readonly events: Event[]
  readonly abort: () => void
  readonly context: { readonly emit: (event: Event) => void; readonly signal: AbortSignal }
  settings(changes?: Partial<FetchSettings>): FetchSettings
  /** Text of a file below the directory. */
  text(path: string): string
  write(path: string, content: string | Uint8Array): string
  list(path: string): string[] | undefined
  ofKind<Kind extends Event['kind']>(kind: Kind): Extract<Event, { kind: Kind }>[]
}

export function openBench(): FetchBench {
  const directory = makeTemporaryDirectory(tmpdir(), 'kith-fetch-test-')
  const controller = new AbortController()
  const events: Event[] = []
  const isOfKind =
    <Kind extends Event['kind']>(kind: Kind) =>
    (event: Event): event is Extract<Event, { kind: Kind }> =>
      event.kind === kind
  return {
    directory,
    events,
    abort: () => controller.abort(),
    context: { emit: (event) => void events.push(event), signal: controller.signal },
    settings: (changes = {}) => ({
      ...fetchDefaults,
      cacheDirectory: join(directory, 'kiss'),
      mirrors: [],
      connectTimeoutMs: 2_000,
      stallTimeoutMs: 2_000,
      retryDelayMs: 1,
      environment: testEnvironment(directory),
      ...changes,
    }),
    text: (path) => readText(join(directory, path)),
    write(path, content) {
      const file = join(directory, path)
      makeDirectory(dirname(file))
      writeFileAtomic(file, content)
      return file
    },
    list: (path) => readDirectory(join(directory, path)),
    ofKind: (kind) => events.filter(isOfKind(kind)),
    [Symbol.dispose]: () => removeTree(directory),
  }
}

/** What git needs, and nothing of the user's settings. */
export function testEnvironment(home: string): Record<string, string | undefined> {
  return { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
}

export const testPackage: PackageName = parsePackageName('zlib')

export function remoteSource(url: string, destination?: string): Extract<Source, { kind: 'remote' }> {
  return { kind: 'remote', text: url, destination, fileName: remoteFileName(url) ?? '' }
}

export function gitSource(text: string, destination?: string): Extract<Source, { kind: 'git' }> {
  const reading = parseGitSource(text)
  if (reading.kind === 'fault') throw new Error(reading.reason)
  return { kind: 'git', text, destination, git: reading.git }
}

/** The error that `promise` ends with. Throws where it does not fail. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (settled === undefined) throw new Error('expected a failure')
  return settled.error
}
