import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parsePkgConfig } from './pkg-config.ts'

test('parsePkgConfig() reads the version and all that is required, variables put in', () => {
  const text = `# of a library
prefix=/usr
major = 1
release=\${major}.3.1
Name: zlib
Version: \${release}
Requires: libpng >= 1.6, glib-2.0
Requires.private: bz2 \\
 liblzma = 5
Libs: -L\${prefix}/lib -lz
`

  expect(parsePkgConfig(text)).toEqual({
    version: '1.3.1',
    requires: [
      { name: 'libpng', version: '>=1.6' },
      { name: 'glib-2.0', version: undefined },
      { name: 'bz2', version: undefined },
      { name: 'liblzma', version: '=5' },
    ],
  })
})

test('attack: variables that grow by each other stay small, and any text is read', () => {
  const lines = ['v0=xxxxxxxxxxxxxxxx']
  for (let index = 1; index < 40; index++) lines.push(`v${index}=\${v${index - 1}}\${v${index - 1}}`)
  const { version } = parsePkgConfig(`${lines.join('\n')}\nVersion: \${v39}\n`)

  expect(version?.length).toBeLessThanOrEqual(4096)
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parsePkgConfig(text)))
})
