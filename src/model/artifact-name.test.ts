import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { packageNames, versions } from './arbitraries.ts'
import { compressions, parseArtifactName, printArtifactName } from './artifact-name.ts'

test('parseArtifactName() splits at the last "@" and the last "-" (T29 gtk+3, libatomic_ops)', () => {
  for (const [fileName, name, version, release] of [
    ['gtk+3@3.24.50-1.tar.zst', 'gtk+3', '3.24.50', '1'],
    ['libatomic_ops@7.8.2-2.tar.gz', 'libatomic_ops', '7.8.2', '2'],
    ['x@1.3-20240619-2.tar.xz', 'x', '1.3-20240619', '2'],
    ['a@b@2.14.3+14.3.1-1.tar.lz', 'a@b', '2.14.3+14.3.1', '1'],
    ['zlib#1.2.11-1.tar.gz', 'zlib', '1.2.11', '1'],
  ] as const)
    expect(parseArtifactName(fileName)).toMatchObject({ name, version: { version, release } })
})

test('parseArtifactName() gives nothing for other files', () => {
  for (const fileName of [
    'zlib@1.3.tar.zst',
    'zlib-1.3-1.tar.gz',
    'zlib@1.3-1.tar.br',
    'zlib@1.3-1',
    '../x@1-1.tar.gz',
    '..@1-1.tar.gz',
  ])
    expect(parseArtifactName(fileName)).toBeUndefined()
})

test('printArtifactName() and parseArtifactName() are inverse', () => {
  const artifact = fc.record({
    name: packageNames(),
    version: versions(),
    compression: fc.constantFrom(...compressions),
  })
  fc.assert(
    fc.property(artifact, (expected) => {
      expect(parseArtifactName(printArtifactName(expected))).toEqual(expected)
    }),
  )
})
