import { expect, test } from 'bun:test'
import { parsePackageName } from '../model/package-name.ts'
import { textTreePath } from '../model/tree-path.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { tellRefusedXattrs } from './refused-xattrs.ts'
import { testContext } from './store-fixture.ts'

function warningsOf(refused: readonly RefusedXattr[]): string[] {
  const { context, events } = testContext()
  tellRefusedXattrs(parsePackageName('tools'), refused, context)
  return events.flatMap((event) => (event.kind === 'notice' ? event.text : []))
}

const refusedAt = (path: string, name: string, reason: RefusedXattr['reason']): RefusedXattr => ({
  path: textTreePath(path),
  name,
  reason,
})

test('tellRefusedXattrs() warns once for each cause, and not without one', () => {
  expect(warningsOf([])).toEqual([])
  expect(
    warningsOf([
      refusedAt('/a', 'security.capability', 'forbidden'),
      refusedAt('/b', 'security.capability', 'forbidden'),
      refusedAt('/c', 'security.capability', 'unsupported'),
      refusedAt('/c', 'user.x', 'unsupported'),
    ]),
  ).toEqual([
    'installed without their capabilities, which only root can set: /a /b',
    'installed without their capabilities, which this file system cannot hold: /c',
    'installed without attributes that could not be set: /c (user.x)',
  ])
})

test('tellRefusedXattrs() names ten files at most', () => {
  const many = Array.from({ length: 12 }, (_, index) => refusedAt(`/${index}`, 'user.x', 'unsupported'))

  expect(warningsOf(many)[0]).toEndWith('/9 (user.x) and 2 more')
})
