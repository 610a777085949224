import { expect, test } from 'bun:test'
import { graphOf } from './graph-fixture.ts'
import { findOrphans } from './orphans.ts'

test('findOrphans() finds what nothing needs to run, though something needed it to be built', () => {
  const installed = graphOf({ curl: ['openssl', 'cmake make'], openssl: [], cmake: [], git: ['curl'] })

  expect<string[]>(findOrphans(installed)).toEqual(['cmake'])
})

test('findOrphans() takes what base needs for the system, and then nothing else', () => {
  const installed = graphOf({ base: ['musl', 'busybox'], busybox: [], git: [], musl: [] })

  expect<string[]>(findOrphans(installed)).toEqual(['git'])
})
