import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { openContentIndex } from './content-index.ts'

let cache: string
beforeEach(() => {
  cache = makeTemporaryDirectory(tmpdir(), 'kith-contents-')
})
afterEach(() => removeTree(cache))

/** What is found for each stamp, in commands one after the other. */
function ask(...stamps: readonly (readonly [text: string, isFresh: boolean])[]): number {
  let made = 0
  for (const [text, isFresh] of stamps) {
    const index = openContentIndex(cache)
    const make = (): string => {
      made++
      return `content of ${text}`
    }
    expect(index.valueOf('file /a', { text, isFresh }, make)).toBe(`content of ${text}`)
    index.save()
  }
  return made
}

describe('openContentIndex()', () => {
  test('makes a value once while the stamp is the same, and again with each other stamp', () => {
    expect(ask(['1', false], ['1', false], ['2', false], ['1', false])).toBe(3)
  })

  test('keeps nothing that could still change unseen', () => {
    expect(ask(['1', true], ['1', true], ['1', false], ['1', false])).toBe(3)
  })

  test('takes nothing from a file of another form', () => {
    ask(['1', false])
    const path = join(cache, 'kith/contents')
    writeFileSync(path, readFileSync(path, 'utf8').replace('kith-contents 1', 'kith-contents 0'))

    expect(ask(['1', false])).toBe(1)
  })

  test('does without a place to write', () => {
    writeFileSync(join(cache, 'kith'), '')

    expect(ask(['1', false], ['1', false])).toBe(2)
  })
})
