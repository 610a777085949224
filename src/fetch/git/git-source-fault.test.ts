import { expect, test } from 'bun:test'
import { gitSourceFault, pinnedCommit } from './git-source-fault.ts'

const withUrl = (url: string) => ({ url, directoryName: 'x', reference: { kind: 'default' } }) as const
const withReference = (name: string) =>
  ({ url: 'https://host.example/x', directoryName: 'x', reference: { kind: 'branch-or-tag', name } }) as const

test.each([
  'https://host.example/x',
  'http://host.example/x',
  'ssh://git@host.example/x',
  'git://host.example/x',
  'file:///srv/git/x',
  '/srv/git/x',
  'git@host.example:me/x',
])('gitSourceFault() accepts %s', (url) => {
  expect(gitSourceFault(withUrl(url))).toBeUndefined()
})

test.each([
  'ext::sh -c touch% /tmp/x',
  'ext::sh',
  'fd::17',
  'ext::sh://x/y',
  '--upload-pack=touch /tmp/x',
  '-u',
  'ssh://-oProxyCommand=touch/x',
  'ssh://me@-oProxyCommand=touch/x',
  '-oProxyCommand=x:y',
  'host:-x',
  'ftp://host.example/x',
  'javascript://x/y',
  './relative',
  'relative',
  'https://host.example/x\n[core]',
  '',
])('gitSourceFault() refuses the hostile URL %j', (url) => {
  expect(gitSourceFault(withUrl(url))).toBeString()
})

test.each(['main', 'v1.0', 'feature/a+b', 'release_1-2', '0.9.x', 'ä'])('gitSourceFault() accepts %j', (name) => {
  expect(gitSourceFault(withReference(name))).toBeUndefined()
})

test.each([
  '--upload-pack=sh',
  '-x',
  '+main',
  'main:refs/heads/other',
  '^main',
  'a..b',
  'a b',
  'refs/heads/*',
  'main~1',
  'HEAD@{1}',
  'x.lock',
  '/x',
  'x/',
  'a\u0000b',
  '',
])('gitSourceFault() refuses the hostile reference %j', (name) => {
  expect(gitSourceFault(withReference(name))).toBeString()
})

test('pinnedCommit() takes only full commit ids', () => {
  const pinned = (id: string) => pinnedCommit({ ...withUrl('/x'), reference: { kind: 'commit', id } })

  expect(pinned('AB'.repeat(20))).toBe('ab'.repeat(20))
  expect(pinned('ab'.repeat(32))).toBe('ab'.repeat(32))
  expect(pinned('abcdef0')).toBeUndefined()
  expect(pinnedCommit(withReference('ab'.repeat(20)))).toBeUndefined()
})
