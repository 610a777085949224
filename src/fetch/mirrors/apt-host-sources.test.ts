import { describe, expect, test } from 'bun:test'
import {
  parseOsRelease,
  parseSourcesList,
  parseSourcesStanzas,
  planSourceEntries,
  printSourceEntries,
} from './apt-host-sources.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const debian = { id: 'debian', codename: 'bookworm' }

describe('parseSourcesList()', () => {
  test('reads one-line entries with and without options, and leaves comments out', () => {
    const text = [
      '# deb http://archive.test/old old main',
      'deb http://archive.test/debian bookworm main contrib # the archive',
      `deb-src [arch=amd64 signed-by=${keyring}] http://archive.test/debian bookworm-updates main`,
      'not an entry',
      '',
    ].join('\n')
    expect(parseSourcesList(text)).toEqual([
      { uri: 'http://archive.test/debian', suites: ['bookworm'], components: ['main', 'contrib'], signedBy: undefined },
      { uri: 'http://archive.test/debian', suites: ['bookworm-updates'], components: ['main'], signedBy: keyring },
    ])
  })
})

describe('parseSourcesStanzas()', () => {
  test('reads stanzas with comments inside, several URIs, and skips disabled ones and keys written out', () => {
    const text = [
      'Types: deb',
      '# another place: http://archive.test/snapshot',
      'URIs: http://one.test/debian http://two.test/debian',
      'Suites: bookworm',
      ' bookworm-updates',
      'Components: main',
      `Signed-By: ${keyring}`,
      '',
      'Enabled: no',
      'URIs: http://off.test/',
      'Suites: bookworm',
      '',
      'URIs: http://key.test/',
      'Suites: bookworm',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
    ].join('\n')
    const rest = { suites: ['bookworm', 'bookworm-updates'], components: ['main'], signedBy: keyring }
    expect(parseSourcesStanzas(text)).toEqual([
      { uri: 'http://one.test/debian', ...rest },
      { uri: 'http://two.test/debian', ...rest },
    ])
  })
})

describe('planSourceEntries()', () => {
  const archive = { uri: 'http://archive.test/debian', suites: ['bookworm'], components: ['main'], signedBy: keyring }

  test('adds the extra suites to the archive and merges entries for the same place', () => {
    const updates = { ...archive, suites: ['bookworm-updates'] }
    expect(planSourceEntries([archive, updates], debian, ['bookworm', 'sid'])).toEqual([
      { ...archive, suites: ['bookworm', 'sid', 'bookworm-updates'] },
    ])
  })

  test('keeps the security archive with its own suites only', () => {
    const security = { ...archive, uri: 'http://archive.test/security', suites: ['bookworm-security'] }
    expect(planSourceEntries([security], debian, ['sid'])).toEqual([security])
  })

  test('leaves out archives of others: another keyring, another suite, a flat repository', () => {
    const others = [
      { ...archive, signedBy: '/usr/share/keyrings/vendor-archive-keyring.gpg' },
      { ...archive, suites: ['nodistro'], signedBy: undefined },
      { ...archive, suites: ['./'], signedBy: undefined },
    ]
    expect(planSourceEntries(others, debian, ['sid'])).toEqual([])
  })

  test('takes an entry without a keyring by its suite', () => {
    const plain = { ...archive, signedBy: undefined }
    expect(planSourceEntries([plain], debian, [])).toEqual([plain])
  })
})

test('printSourceEntries() writes deb-src stanzas that parseSourcesStanzas() reads back', () => {
  const entries = [
    { uri: 'http://one.test/debian', suites: ['bookworm', 'sid'], components: ['main'], signedBy: keyring },
    { uri: 'http://two.test/debian', suites: ['bookworm'], components: ['main', 'contrib'], signedBy: undefined },
  ]
  const text = printSourceEntries(entries)
  expect(text).not.toMatch(/^Types: deb$/m)
  expect(parseSourcesStanzas(text)).toEqual(entries)
})

test('parseOsRelease() reads quoted and plain values', () => {
  expect(parseOsRelease('NAME="Debian GNU/Linux"\nVERSION_CODENAME=bookworm\nID="debian"\n')).toEqual(debian)
  expect(parseOsRelease('NAME=Void\nID_LIKE=debian\n')).toEqual({ id: '', codename: '' })
})
