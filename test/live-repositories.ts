import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The facts of 571 live recipes, as directories of files. */
const file = join(import.meta.dir, '..', '..', 'shared', 'data', 'kiss-repos.json')

export const hasLiveFacts = existsSync(file)
export const needsLiveFacts = hasLiveFacts ? '' : ' (skipped: there is no ../shared/data)'

export interface LiveFacts {
  readonly name: string
  readonly repo: string
  readonly version: string
  readonly release: string
  readonly depends: readonly { readonly name: string; readonly make: boolean }[]
  readonly sources: readonly string[]
  readonly checksumCount: number
}

export function loadLiveFacts(): LiveFacts[] {
  return JSON.parse(readFileSync(file, 'utf8')) as LiveFacts[]
}

/**
 * Version, depends and sources as they are; local files are there, empty, and checksums of the right form, unless the repositories
 * shall be as if only half of them had been cloned. Gives KISS_PATH.
 */
export function writeLiveRepositories(directory: string, { isComplete = true } = {}): string {
  for (const { name, repo, version, release, depends, sources, checksumCount } of loadLiveFacts()) {
    const recipe = join(directory, repo, name)
    mkdirSync(recipe, { recursive: true })
    writeFileSync(join(recipe, 'build'), '#!/bin/sh -e\n', { mode: 0o755 })
    writeFileSync(join(recipe, 'version'), `${version} ${release}\n`)
    if (depends.length > 0)
      writeFileSync(join(recipe, 'depends'), depends.map((one) => `${one.name}${one.make ? ' make' : ''}\n`).join(''))
    if (sources.length > 0) writeFileSync(join(recipe, 'sources'), `${sources.join('\n')}\n`)
    if (!isComplete) continue
    if (checksumCount > 0) writeFileSync(join(recipe, 'checksums'), `${'0'.repeat(66)}\n`.repeat(checksumCount))
    for (const source of sources) {
      const [text = ''] = source.trim().split(/\s+/)
      if (text === '' || text.startsWith('#') || text.startsWith('git+') || text.includes('://')) continue
      mkdirSync(dirname(join(recipe, text)), { recursive: true })
      writeFileSync(join(recipe, text), '')
    }
  }
  return ['core', 'extra', 'wayland', 'community'].map((repo) => join(directory, repo)).join(':')
}
