import { describe, expect, test } from 'bun:test'
import { isKithError } from '../../errors/kith-error.ts'
import { s3Address } from './s3-address.ts'
import { parseSubstituters, printSubstituter } from './substituter.ts'

describe('parseSubstituters()', () => {
  test('reads directories and URLs, in their order', () => {
    const text =
      ' /srv/a  file:///srv/b%20c https://me:secret@host/x/\ns3://bucket/some/where?endpoint=http://host:9000/&region=eu-1 s3://other'
    const found = parseSubstituters(text)

    expect(found).toEqual([
      { kind: 'directory', path: '/srv/a' },
      { kind: 'directory', path: '/srv/b c' },
      { kind: 'http', url: 'https://me:secret@host/x' },
      { kind: 's3', bucket: 'bucket', prefix: 'some/where', endpoint: 'http://host:9000', region: 'eu-1' },
      { kind: 's3', bucket: 'other', prefix: '', endpoint: 'https://s3.us-east-1.amazonaws.com', region: 'us-east-1' },
    ])
    expect(found.map(printSubstituter)).toEqual([
      '/srv/a',
      '/srv/b c',
      'https://***@host/x',
      's3://bucket/some/where',
      's3://other',
    ])
  })

  test.each([
    'relative/path',
    'ftp://host/x',
    'file://host/x',
    'https://host/x?y',
    's3:///x',
    's3://b?endpoint=nowhere',
    's3://b?profile=x',
  ])('refuses %s', (word) => {
    let code: unknown
    try {
      parseSubstituters(word)
    } catch (error) {
      code = isKithError(error, 'invalid-setting') ? error.details.setting : error
    }
    expect(code).toBe('KITH_SUBSTITUTERS')
  })
})

test('s3Address() signs where there are credentials, and is plain where there are none', () => {
  const [place] = parseSubstituters('s3://b/p?endpoint=http://host:9000')
  if (place?.kind !== 's3') throw new Error('not of S3')

  expect(s3Address(place, 'artifacts/k/a@1.tar.zst', {})).toBe('http://host:9000/b/p/artifacts/k/a%401.tar.zst')
  const signed = s3Address(place, 'index', { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' })
  expect(signed).toStartWith('http://host:9000/b/p/index?')
  expect(signed).not.toContain('secret')
})
