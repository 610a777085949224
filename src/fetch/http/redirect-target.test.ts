import { expect, test } from 'bun:test'
import { redirectTarget } from './redirect-target.ts'

const from = new URL('https://me:secret@host.example/a/x')
const hrefOf = (location: string, mayLeaveTls = false) => {
  const target = redirectTarget(from, location, mayLeaveTls)
  return target.kind === 'url' ? target.url.href : target.kind
}

test('redirectTarget() keeps credentials within an origin and drops them outside', () => {
  expect(hrefOf('../b')).toBe('https://me:secret@host.example/b')
  expect(hrefOf('https://host.example/c')).toBe('https://me:secret@host.example/c')
  expect(hrefOf('https://other.example/c')).toBe('https://other.example/c')
  expect(hrefOf('https://host.example:8443/c')).toBe('https://host.example:8443/c')
  expect(hrefOf('//other.example/c')).toBe('https://other.example/c')
})

test('redirectTarget() leaves https only where a checksum judges the file', () => {
  expect(hrefOf('http://other.example/c')).toBe('refused')
  expect(hrefOf('http://other.example/c', true)).toBe('http://other.example/c')
})

test('redirectTarget() refuses what is not http, and tells no password', () => {
  for (const location of ['file:///etc/passwd', 'javascript:x', 'ftp://me:secret@host.example/', 'http://[', ' ']) {
    const target = redirectTarget(from, location, true)

    expect(target.kind).toBe('refused')
    expect(JSON.stringify(target)).not.toContain('secret')
  }
})
