import { expect, test } from 'bun:test'
import type { HostFinding } from '../../model/host-finding.ts'
import { renderFinding } from './finding-lines.ts'
import { terminalStyle } from './style.ts'
import { wrap } from './wrap.ts'

const plain = terminalStyle({}, false)

const trouble: HostFinding = {
  id: 'landlock',
  status: 'warning',
  found: 'not switched on',
  meaning: 'Builds are confined by namespaces, read-only mounts and seccomp alone: one wall less than there could be.',
  remedy: 'Boot with lsm=landlock',
}

test('renderFinding() says no more than what was found where all is well', () => {
  expect(renderFinding({ ...trouble, status: 'ok' }, plain, 80)).toBe('ok       landlock         not switched on')
})

test('renderFinding() says what a lack means and what to do, in 80 columns', () => {
  const text = renderFinding(trouble, plain, 80)

  expect(text).toBe(`warning  landlock         not switched on
         Builds are confined by namespaces, read-only mounts and seccomp alone:
         one wall less than there could be.
         -> Boot with lsm=landlock`)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('renderFinding() is the same text with and without colours', () => {
  const coloured = renderFinding(trouble, terminalStyle({}, true), 80)

  expect(coloured).toContain('\x1b[')
  expect(coloured.replace(/\x1b\[[0-9;]*m/g, '')).toBe(renderFinding(trouble, plain, 80))
})

test('renderFinding() does not send what a program of the host printed to the terminal', () => {
  const hostile = renderFinding({ ...trouble, found: 'a\x1b[2Jb', remedy: '\x1b]0;x\x07' }, plain, 80)

  expect(hostile).not.toContain('\x1b')
})

test('wrap() breaks between words, and never inside one', () => {
  expect(wrap('one two  three', 7)).toEqual(['one two', 'three'])
  expect(wrap('a /very/long/path/of/somebody b', 8)).toEqual(['a', '/very/long/path/of/somebody', 'b'])
  expect(wrap('', 8)).toEqual([])
})
