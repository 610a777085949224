import { expect, test } from 'bun:test'
import { parseDepends } from '../model/depends.ts'
import { parsePackageName } from '../model/package-name.ts'
import { planBuildOrder } from './build-order.ts'

/** The depends files of the example that introduces kiss_ng, and the queue it prints. */
const depends: Readonly<Record<string, string>> = {
  rust: 'cmake make\ncurl make\nllvm\nopenssl\npkgconf make\npython make\nxz\nzlib\n',
  cmake: 'bzip2\ncurl\nexpat\nlinux-headers make\nzlib\n',
  llvm: 'cmake make\npython make\nzlib\nzstd\n',
  python: 'bzip2\nexpat\nlibffi\nncurses\nopenssl\nsqlite\nzlib\n',
  curl: 'openssl\nzlib\n',
  sqlite: 'zlib\n',
  openssl: 'certs make\n',
}
const queue =
  'bzip2 certs openssl zlib curl expat linux-headers cmake libffi ncurses sqlite python llvm pkgconf xz rust'

test('planBuildOrder() queues 16 packages for rust, as kiss_ng does', () => {
  const { order, explicit } = planBuildOrder([parsePackageName('rust')], {
    dependenciesOf: (name) => parseDepends(depends[name] ?? '', 'depends').dependencies.map((need) => need.name),
    installed: new Set([parsePackageName('zstd')]),
  })

  expect(order.join(' ')).toBe(queue)
  expect(order).toHaveLength(16)
  expect(explicit.join(' ')).toBe('rust')
})
