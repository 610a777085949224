import { expect, test } from 'bun:test'
import { parseSandboxFiles, printSandboxFiles } from './sandbox-file.ts'

test('parseSandboxFiles() reads paths between blanks, read-only unless marked, directories before what is in them', () => {
  expect(parseSandboxFiles(' /opt/blob/in:rw\n/opt//blob/ \t/etc/./foo ')).toEqual([
    { path: '/etc/foo', isWritable: false },
    { path: '/opt/blob', isWritable: false },
    { path: '/opt/blob/in', isWritable: true },
  ])
  expect(parseSandboxFiles('')).toEqual([])
})

test('parseSandboxFiles() lets the last word on a path count', () => {
  expect(parseSandboxFiles('/a /a:rw /b:rw /b/')).toEqual([
    { path: '/a', isWritable: true },
    { path: '/b', isWritable: false },
  ])
})

test.each([
  ['opt/blob', 'not absolute'],
  ['/opt/../dev', '".."'],
  ['/', 'everything'],
  ['/dev/sda', 'a /dev of its own'],
  ['/proc', 'a /proc of its own'],
  ['/kith/build', 'a /kith of its own'],
  ['/tmp/x:rw', 'a /tmp of its own'],
  ['//var/tmp/x', 'a /var/tmp of its own'],
  ['/run/user/1000', 'a /run of its own'],
  ['/sys', 'a /sys of its own'],
  [':rw', 'not absolute'],
])('parseSandboxFiles() refuses %s', (text, reason) => {
  expect(() => parseSandboxFiles(`/opt ${text}`)).toThrow(reason)
})

test('parseSandboxFiles() takes names that only begin like the sandbox its own', () => {
  expect(parseSandboxFiles('/devel /var/tmpfiles').map(({ path }) => path)).toEqual(['/devel', '/var/tmpfiles'])
})

test('printSandboxFiles() says what may be written', () => {
  expect(printSandboxFiles(parseSandboxFiles('/b:rw /a'))).toBe('/a (read-only), /b (read-write)')
})
