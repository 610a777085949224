import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printDigest } from '../model/digest.ts'
import { openRecipe } from '../recipe/open-recipe.ts'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { openContentIndex } from './content-index.ts'
import { listRecipeFiles, readRecipeFacts } from './recipe-facts.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-facts-')
})
afterEach(() => removeTree(scratch))

/** Its times are long ago: what was written just now is not kept in the index. */
function write(path: string, text: string, mode: number): void {
  writeFileSync(path, text)
  chmodSync(path, mode)
  utimesSync(path, 1_000_000, 1_000_000)
}

function writeRecipe(directory: string, modes: readonly [script: number, file: number]): string {
  mkdirSync(directory, { recursive: true })
  write(join(directory, 'build'), '#!/bin/sh -e\nmake\n', modes[0])
  write(join(directory, 'version'), '1.0 1\n', modes[1])
  return directory
}

const digestIn = (directory: string): string => {
  const index = openContentIndex(scratch)
  const facts = readRecipeFacts(openRecipe(directory, 'app'), { index, cacheDirectory: scratch })
  index.save()
  return facts === undefined ? '' : printDigest(facts.digest)
}

describe('readRecipeFacts()', () => {
  // Of Directory messages written by hand in another language.
  const known = '9924dd1f5ef6db2bb527dcd4c1d82497c7806866c71121a8cb6d69aee7b6dc09/162'

  test('the digest is that of REAPI, wherever the recipe is and whatever umask it was cloned with', () => {
    expect(digestIn(writeRecipe(join(scratch, 'a'), [0o755, 0o644]))).toBe(known)
    expect(digestIn(writeRecipe(join(scratch, 'some', 'where'), [0o700, 0o600]))).toBe(known)
  })

  test('a link counts as what it leads to, as in the copy that a build gets', () => {
    const directory = writeRecipe(join(scratch, 'linked'), [0o755, 0o644])
    renameSync(join(directory, 'version'), join(scratch, 'elsewhere'))
    symlinkSync('../elsewhere', join(directory, 'version'))

    expect(digestIn(directory)).toBe(known)
    write(join(scratch, 'elsewhere'), '1.0 2\n', 0o644)
    expect(digestIn(directory)).not.toBe(known)
  })

  test('what was found is known until a file, a name or an execute bit changes', () => {
    const directory = writeRecipe(join(scratch, 'app'), [0o755, 0o644])
    expect([digestIn(directory), digestIn(directory)]).toEqual([known, known])

    write(join(directory, 'version'), '1.0 1\n', 0o644)
    expect(digestIn(directory)).toBe(known)
    const seen = new Set([known])
    const changes = [
      () => write(join(directory, 'version'), '1.1 1\n', 0o644),
      () => write(join(directory, 'post-install'), '#!/bin/sh\n', 0o644),
      () => chmodSync(join(directory, 'post-install'), 0o755),
      () => renameSync(join(directory, 'post-install'), join(directory, 'pre-remove')),
    ]
    for (const change of changes) {
      change()
      seen.add(digestIn(directory))
    }
    expect(seen.size).toBe(changes.length + 1)
  })

  test('an index of nonsense is read as if it were not there', () => {
    mkdirSync(join(scratch, 'kith'))
    writeFileSync(join(scratch, 'kith', 'contents'), 'kith-contents 1\nrecipe\tx\n\0\t\t\t\n')

    expect(digestIn(writeRecipe(join(scratch, 'app'), [0o755, 0o644]))).toBe(known)
  })
})

test('listRecipeFiles() tells each file, below directories too', () => {
  const directory = writeRecipe(join(scratch, 'app'), [0o755, 0o644])
  mkdirSync(join(directory, 'patches'))
  write(join(directory, 'patches', 'a.patch'), 'a', 0o644)
  const files = listRecipeFiles(directory).map(({ name, value }) => `${name} ${value.replace(/^[0-9a-f]{64}/, '#')}`)

  expect(files).toEqual(['build # x', 'patches/a.patch #', 'version #'])
})
