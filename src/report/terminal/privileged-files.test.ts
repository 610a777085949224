import { expect, test } from 'bun:test'
import { renderEvent } from './event-lines.ts'
import { terminalStyle } from './style.ts'

const files = [
  { path: '/usr/bin/ping', privileges: ['cap_net_raw+ep'] },
  { path: '/usr/bin/su\x1b[2J', privileges: ['setuid', 'setgid'] },
]
const render = (reason: 'built' | 'new', owner: string): string =>
  renderEvent({ kind: 'privileged-files', package: 'tools', reason, owner, files }, terminalStyle({}, false))

test('privileged files are a line each, in words, without control characters', () => {
  const built = render('built', 'root').split('\n')

  expect(built[0]).toBe('-> tools when installed, /usr/bin/ping gets cap_net_raw+ep')
  expect(built[1]).toEndWith('runs as root (setuid), runs with the group of root (setgid)')
  expect(built[1]).not.toContain('\x1b')
  expect(built.slice(2)).toEqual([''])
})

test('what an ordinary user installs runs as that user', () => {
  expect(render('new', 'user 1000')).toContain('runs as user 1000 (setuid)')
  expect(render('new', 'root')).toStartWith('-> tools new: /usr/bin/ping gets cap_net_raw+ep\n')
})
