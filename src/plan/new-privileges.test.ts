import { expect, test } from 'bun:test'
import { textTreePath } from '../model/tree-path.ts'
import { findNewPrivileges } from './new-privileges.ts'

test('findNewPrivileges() leaves out what the installed file has, privilege by privilege', () => {
  const [ping, su, same] = ['/usr/bin/ping', '/usr/bin/su', '/usr/bin/same'].map(textTreePath) as [never, never, never]
  const had = new Map<string, readonly string[]>([
    [ping, ['cap_net_raw+p']],
    [su, ['setuid']],
    [same, ['setuid', 'cap_kill+ep']],
  ])
  const brought = [
    { path: ping, privileges: ['cap_net_raw+ep'] },
    { path: su, privileges: ['setuid', 'setgid'] },
    { path: same, privileges: ['setuid'] },
  ]

  expect(findNewPrivileges(brought, (path) => had.get(path) ?? [])).toEqual([
    { path: ping, privileges: ['cap_net_raw+ep'] },
    { path: su, privileges: ['setgid'] },
  ])
  expect(findNewPrivileges(brought, () => [])).toEqual(brought)
})
