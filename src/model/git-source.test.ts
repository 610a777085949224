import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fileTexts, words } from './arbitraries.ts'
import { type GitSource, parseGitSource } from './git-source.ts'

const commit = 'b460816602167718f78a6233164e8875f49b75b2'
const branch = (name: string): GitSource['reference'] => ({ kind: 'branch-or-tag', name })
const read = (text: string) => {
  const reading = parseGitSource(text)
  if (reading.kind === 'fault') return reading.reason
  const { url, directoryName, reference } = reading.git
  return [url, directoryName, reference]
}

test('parseGitSource() splits URL and reference at the last "@" or "#"', () => {
  expect(read('git+https://host/up/tool.git')).toEqual(['https://host/up/tool.git', 'tool.git', { kind: 'default' }])
  expect(read('git+https://host/up/tool.git@dev')).toEqual(['https://host/up/tool.git', 'tool.git', branch('dev')])
  expect(read(`git+https://host/up/bash.git#${commit}`)).toEqual([
    'https://host/up/bash.git',
    'bash.git',
    { kind: 'commit', id: commit },
  ])
  expect(read('git+https://host/up/a@b#v1.0')).toEqual(['https://host/up/a@b', 'a@b', branch('v1.0')])
  expect(read('git+https://host/up/tool/')).toEqual(['https://host/up/tool', 'tool', { kind: 'default' }])
  expect(read('git+https://host/up/tool@')).toEqual(['https://host/up/tool', 'tool', { kind: 'default' }])
})

test('parseGitSource() names the checkout after the last slash, also of a branch with one', () => {
  expect(read('git+https://host/up/repo@dev/x')).toEqual(['https://host/up/repo', 'x', branch('dev/x')])
})

test('parseGitSource() takes no user for a branch', () => {
  expect(read('git+ssh://git@host/repo')).toEqual(['ssh://git@host/repo', 'repo', { kind: 'default' }])
  expect(read('git+ssh://git@host/repo@v2')).toEqual(['ssh://git@host/repo', 'repo', branch('v2')])
  expect(read('git+git@host:up/repo.git')).toEqual(['git@host:up/repo.git', 'repo.git', { kind: 'default' }])
  expect(read('git+git@host:up/repo.git@dev')).toEqual(['git@host:up/repo.git', 'repo.git', branch('dev')])
})

test('parseGitSource() tells commits from branches and tags', () => {
  const kind = (text: string) => {
    const reading = parseGitSource(text)
    return reading.kind === 'git' ? reading.git.reference.kind : reading.reason
  }
  expect(kind(`git+https://host/r@${commit}`)).toBe('commit')
  expect(kind('git+https://host/r#deadbee')).toBe('commit')
  expect(kind('git+https://host/r@deadbee')).toBe('branch-or-tag')
  expect(kind('git+https://host/r#main')).toBe('branch-or-tag')
})

test('parseGitSource() refuses options for git and names that leave the cache', () => {
  for (const text of ['git+', 'git+https://', 'git+--upload-pack=x/y', 'git+https://h/r@--upload-pack=x'])
    expect(read(text)).toBeString()
  for (const text of ['git+https://h/..', 'git+https://h/r@../..', 'git+https://h/.#x', 'git+https://h/@x'])
    expect(read(text)).toBe('the URL names no repository')
})

test('parseGitSource() gives one segment for the cache and a reference git takes for no option, for any text', () => {
  fc.assert(
    fc.property(fc.oneof(words(), fileTexts()), (text) => {
      const reading = parseGitSource(`git+${text}`)
      if (reading.kind === 'fault') return
      const { url, directoryName, reference } = reading.git

      expect(['', '.', '..']).not.toContain(directoryName)
      expect(directoryName).not.toContain('/')
      expect(url).not.toMatch(/^-/)
      if (reference.kind === 'branch-or-tag') expect(reference.name).not.toMatch(/^-/)
      expect(text.startsWith(url)).toBe(true)
    }),
  )
})
