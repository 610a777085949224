import { expect, test } from 'bun:test'
import { parsePackageName } from '../../model/package-name.ts'
import { textTreePath } from '../../model/tree-path.ts'
import { type Detection, type DetectionFile, detectDependencies, type LibraryFound } from './detect-dependencies.ts'

interface World {
  readonly files?: readonly Partial<Omit<DetectionFile, 'path'>>[]
  readonly depends?: string
  readonly own?: readonly string[]
  readonly installed?: Readonly<Record<string, string>>
  readonly traits?: Readonly<Record<string, LibraryFound>>
}

/** Files are `/usr/bin/file-0` and so on. */
function detect({ files = [], depends = '', own = [], installed = {}, traits = {} }: World): Detection {
  return detectDependencies({
    package: parsePackageName('me'),
    files: files.map((file, index) => ({
      path: textTreePath(`/usr/bin/file-${index}`),
      ...{ class: 64, machine: 62, needed: [], rpath: undefined, runpath: undefined },
      ...file,
    })),
    depends,
    ownLibrary: (path) => (own.includes(path) ? {} : undefined),
    ownerOf: (path) => {
      const owner = installed[path]
      return owner === undefined ? undefined : { owner: parsePackageName(owner), ...traits[path] }
    },
  })
}

const base = { '/usr/lib/libbase.so.1': 'base', '/usr/lib/libmiddle.so.1': 'middle' }

test('detectDependencies() adds what is linked, as scenario 22 has it', () => {
  const direct = detect({
    files: [{ needed: ['libbase.so.1', 'libmiddle.so.1', 'libc.so.6'] }],
    depends: 'middle\ndata\n',
    installed: base,
  })
  expect(direct.depends).toBe('base\ndata\nmiddle\n')
  expect(direct.changes).toEqual([
    {
      ...{ dependency: parsePackageName('base'), change: 'added', library: 'libbase.so.1' },
      ...{ file: textTreePath('/usr/bin/file-0'), because: '/usr/bin/file-0 needs libbase.so.1' },
    },
  ])
  const indirect = detect({ files: [{ needed: ['libmiddle.so.1'] }], depends: '# why\nmiddle\n', installed: base })
  expect(indirect).toMatchObject({ depends: '# why\nmiddle\n', changes: [] })
  const own = detect({
    files: [{ needed: ['libown.so.1'] }, { needed: ['libbase.so.1'] }],
    depends: 'base\n',
    installed: base,
    own: ['/usr/lib/libown.so.1'],
  })
  expect(own.changes).toEqual([])
})

test('detectDependencies() promotes make dependencies that are linked, as scenario 23 has it', () => {
  const installed = { '/usr/lib/libcrypt1.so.1': 'crypt1', '/usr/lib/libcodec.so.1': 'codec' }
  const server = detect({
    files: [{ needed: ['libcrypt1.so.1', 'libcodec.so.1'] }],
    depends: 'tool make\ncrypt1 make\ncodec\n',
    installed,
  })
  expect(server.depends).toBe('codec\ncrypt1\ntool make\n')
  expect(server.changes.map(({ dependency, change }) => `${change} ${dependency}`)).toEqual(['promoted crypt1'])
  expect(server.dependencies.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'codec run',
    'crypt1 run',
    'tool make',
  ])
  expect(detect({ depends: 'crypt1 make\n', installed }).depends).toBe('crypt1 make\n')
})

test('detectDependencies() leaves out files with an absolute search path, as scenario 58 has it', () => {
  const installed = { '/usr/lib/libdeep.so.1': 'deep' }
  const changesWith = (paths: Partial<DetectionFile>): number =>
    detect({ files: [{ needed: ['libdeep.so.1'], ...paths }], depends: 'shell\n', installed }).changes.length
  expect(changesWith({ runpath: '/usr/lib/fixed' })).toBe(0)
  expect(changesWith({ rpath: '$ORIGIN:/usr/lib/firefox' })).toBe(0)
  expect(changesWith({ rpath: '/usr/lib/firefox', runpath: '$ORIGIN' })).toBe(0)
  expect(changesWith({ runpath: '$ORIGIN/../lib/relative' })).toBe(1)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what the loader reads
  expect(changesWith({ runpath: '${ORIGIN}/x:$ORIGIN' })).toBe(1)
  expect(changesWith({ runpath: '' })).toBe(1)
})

test('detectDependencies() looks along $ORIGIN first, then in the standard directories', () => {
  const installed = { '/usr/lib/app/libx.so': 'near', '/usr/lib/libx.so': 'far', '/lib64/liby.so': 'sixty-four' }
  const owners = (file: Partial<DetectionFile>, own: readonly string[] = []): string[] =>
    detect({ files: [file], installed, own }).changes.map(({ dependency }) => dependency)
  expect(owners({ needed: ['libx.so'], runpath: '$ORIGIN/../lib/./app' })).toEqual(['near'])
  expect(owners({ needed: ['libx.so'], rpath: '$ORIGIN/../lib/app', runpath: '$ORIGIN/../../../..' })).toEqual(['far'])
  expect(owners({ needed: ['libx.so', 'liby.so'] })).toEqual(['far', 'sixty-four'])
  expect(owners({ needed: ['libx.so'] }, ['/usr/lib/libx.so'])).toEqual([])
  expect(owners({ needed: ['libx.so'], runpath: '$ORIGINAL/lib' })).toEqual(['far'])
  expect(owners({ needed: ['/usr/lib/app/libx.so', '../lib/libx.so', '', '..'] })).toEqual(['near'])
})

test('detectDependencies() takes no library of another class or machine', () => {
  const installed = { '/lib/libz.so.1': 'lib32-zlib', '/usr/lib64/libz.so.1': 'zlib' }
  const traits = { '/lib/libz.so.1': { class: 32, machine: 3 } } as const
  const owners = (bits: 32 | 64, machine: number, known: Readonly<Record<string, LibraryFound>> = traits): string[] =>
    detect({ files: [{ needed: ['libz.so.1'], class: bits, machine }], installed, traits: known }).changes.map(
      ({ dependency }) => dependency,
    )
  expect(owners(64, 62)).toEqual(['zlib'])
  expect(owners(32, 3)).toEqual(['lib32-zlib'])
  expect(owners(32, 40)).toEqual(['zlib'])
  expect(owners(64, 3, { '/lib/libz.so.1': { class: 32 } })).toEqual(['zlib'])
})

test('detectDependencies() passes over the libraries of libc and compiler', () => {
  const names = [
    'ld-linux-x86-64.so.2',
    'ld-musl-x86_64.so.1',
    'libc.so',
    'libc.musl',
    'libm.so.6',
    'libc++.so.1',
    'libc++abi.so.1',
    'libcrypt.so.1',
    'libdl.so.2',
    'libgcc_s.so.1',
    'libmvec.so.1',
    'libpthread.so.0',
    'libresolv.so.2',
    'librt.so.1',
    'libstdc++.so.6',
    'libtrace.so.4',
    'libunwind.so.8',
    'libutil.so.1',
    'libxnet.so',
    'libcrypto.so.3',
    'libmagic.so.1',
  ]
  const installed = Object.fromEntries(names.map((name) => [`/usr/lib/${name}`, name.toLowerCase()]))
  const found = detect({ files: [{ needed: names }], installed }).changes.map(({ library }) => library)
  expect(found.sort()).toEqual(['libc.musl', 'libcrypto.so.3', 'libmagic.so.1'])
})

test('detectDependencies() makes no package depend on itself', () => {
  const installed = { '/usr/lib/libold.so.1': 'me' }
  expect(detect({ files: [{ needed: ['libold.so.1'] }], installed }).changes).toEqual([])
})

test('detectDependencies() names the same file and library whatever the order of files', () => {
  const files = ['/usr/bin/b', '/usr/bin/a'].map((path) => ({ path: textTreePath(path), needed: ['libbase.so.1'] }))
  for (const order of [files, [...files].reverse()])
    expect(detect({ files: order, installed: base }).changes[0]?.because).toBe('/usr/bin/a needs libbase.so.1')
})
