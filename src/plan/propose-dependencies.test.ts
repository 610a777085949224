import { expect, test } from 'bun:test'
import { parseManifest } from '../model/manifest.ts'
import { searchOwners } from './file-owners.ts'
import type { MissingFile } from './missing-files.ts'
import type { MissingKind } from './missing-messages.ts'
import { proposeDependencies } from './propose-dependencies.ts'

interface World {
  /** Paths of each package. */
  readonly files: Readonly<Record<string, readonly string[]>>
  readonly present?: readonly string[]
  readonly recipes?: readonly string[]
}

function propose(missing: readonly MissingFile[], { files, present = [], recipes = [] }: World) {
  const search = searchOwners(missing)
  const owners = Object.entries(files).flatMap(([name, paths]) => search(name, parseManifest(paths.join('\n')).entries))
  return proposeDependencies(missing, owners, {
    isPresent: (name) => present.includes(name),
    isSearched: (name) => Object.hasOwn(files, name),
    hasRecipe: (name) => recipes.includes(name),
  })
}

/** `line: path`, one for each proposal. */
function lines(kind: MissingKind, name: string, world: World): string[] {
  return propose([{ kind, name }], world).map(({ line, missing }) => `${line}: ${missing[0]?.path ?? 'perhaps'}`)
}

const cases: readonly (readonly [MissingKind, string, readonly string[], string])[] = [
  ['command', 'cmake', ['/usr/bin/cmake'], 'p make: /usr/bin/cmake'],
  ['command', 'depmod', ['/sbin/depmod'], 'p make: /sbin/depmod'],
  [
    'command',
    'cc1plus',
    ['/usr/libexec/gcc/x/13/cc1plus', '/usr/lib/libcc.so'],
    'p make: /usr/libexec/gcc/x/13/cc1plus',
  ],
  ['header', 'zlib.h', ['/usr/include/zlib.h', '/usr/lib/libz.so.1'], 'p: /usr/include/zlib.h'],
  ['header', 'foo/bar.h', ['/usr/include/deep/foo/bar.h'], 'p make: /usr/include/deep/foo/bar.h'],
  ['library', 'z', ['/usr/lib/x86_64-linux-gnu/libz.so', '/usr/lib/libz.so.1'], 'p: /usr/lib/x86_64-linux-gnu/libz.so'],
  ['library', 'z', ['/usr/lib/libz.a'], 'p make: /usr/lib/libz.a'],
  ['library-file', 'libz.so.1', ['/lib64/libz.so.1'], 'p: /lib64/libz.so.1'],
  ['pkg-config', 'glib-2.0', ['/usr/lib/pkgconfig/glib-2.0.pc'], 'p make: /usr/lib/pkgconfig/glib-2.0.pc'],
  ['pkg-config', 'xproto', ['/usr/share/pkgconfig/xproto.pc'], 'p make: /usr/share/pkgconfig/xproto.pc'],
  ['cmake', 'ZLIB', ['/usr/lib/cmake/zlib/ZLIBConfig.cmake'], 'p make: /usr/lib/cmake/zlib/ZLIBConfig.cmake'],
  ['cmake', 'Foo', ['/usr/lib/cmake/foo/foo-config.cmake'], 'p make: /usr/lib/cmake/foo/foo-config.cmake'],
  ['cmake', 'ZLIB', ['/usr/lib/pkgconfig/zlib.pc', '/usr/lib/libz.so'], 'p: /usr/lib/pkgconfig/zlib.pc'],
  ['cmake', 'BISON', ['/usr/bin/bison'], 'p make: /usr/bin/bison'],
  [
    'cmake',
    'Wayland',
    ['/usr/share/ECM/find-modules/FindWayland.cmake'],
    'p make: /usr/share/ECM/find-modules/FindWayland.cmake',
  ],
  ['python', 'mako', ['/usr/lib/python3.12/site-packages/mako/'], 'p make: /usr/lib/python3.12/site-packages/mako'],
  ['python', 'six', ['/usr/lib/python3/dist-packages/six.py'], 'p make: /usr/lib/python3/dist-packages/six.py'],
  [
    'python',
    '_cffi',
    ['/usr/lib/python3.12/site-packages/_cffi.cpython-312-x86_64-linux-gnu.so'],
    'p make: /usr/lib/python3.12/site-packages/_cffi.cpython-312-x86_64-linux-gnu.so',
  ],
  [
    'python',
    'google.protobuf',
    ['/usr/lib/python3.12/site-packages/google/protobuf/'],
    'p make: /usr/lib/python3.12/site-packages/google/protobuf',
  ],
  [
    'perl',
    'XML::Parser',
    ['/usr/lib/perl5/vendor_perl/XML/Parser.pm'],
    'p make: /usr/lib/perl5/vendor_perl/XML/Parser.pm',
  ],
  ['m4', 'AX_PTHREAD', ['/usr/share/aclocal/ax_pthread.m4'], 'p make: /usr/share/aclocal/ax_pthread.m4'],
  ['m4', 'PKG_CHECK_MODULES', ['/usr/share/aclocal/pkg.m4'], 'p make: /usr/share/aclocal/pkg.m4'],
  ['unknown', 'bison', ['/usr/bin/bison'], 'p make: /usr/bin/bison'],
  ['unknown', 'libcap', ['/usr/lib/libcap.so'], 'p make: /usr/lib/libcap.so'],
]

test.each([...cases])('proposeDependencies() finds who has the %s "%s" in %j', (kind, name, paths, line) => {
  expect(lines(kind, name, { files: { other: ['/usr/share/doc/x'], p: paths } })).toEqual([line])
})

test.each([
  ['command', 'cmake', '/usr/share/bash-completion/completions/cmake'],
  ['command', 'cmake', '/usr/bin/cmake/'],
  ['command', 'cmake', '/usr/bin/xcmake'],
  ['header', 'bar.h', '/usr/src/bar.h'],
  ['header', 'bar.h', '/usr/include/foobar.h'],
  ['library', 'z', '/usr/lib/libz.so.1'],
  ['library', 'z', '/usr/share/libz.so'],
  ['pkg-config', 'z', '/usr/share/doc/z.pc'],
  ['python', 'yaml', '/usr/share/yaml.py'],
] as const)('proposeDependencies() does not take for the %s "%s" what is at %s', (kind, name, path) => {
  expect(lines(kind, name, { files: { p: [path] } })).toEqual([])
})

test('proposeDependencies() says nothing where a package in the sandbox has it', () => {
  const files = { zlib: ['/usr/include/zlib.h'], 'zlib-ng': ['/usr/include/zlib.h'] }

  expect(lines('header', 'zlib.h', { files, present: ['zlib'] })).toEqual([])
  expect(lines('header', 'zlib.h', { files, present: ['zlib', 'zlib-ng'] })).toEqual([])
  expect(lines('command', 'meson', { files: {}, recipes: ['meson'], present: ['meson'] })).toEqual([])
})

test('proposeDependencies() looks past a find module of CMake, which it has for every package', () => {
  const files = { cmake: ['/usr/share/cmake/Modules/FindZLIB.cmake'], zlib: ['/usr/lib/libzlib.so'] }

  expect(lines('cmake', 'ZLIB', { files, present: ['cmake'] })).toEqual(['zlib: /usr/lib/libzlib.so'])
})

test('proposeDependencies() takes the plainest path and names the others', () => {
  const files = { ccache: ['/usr/lib/ccache/bin/cc'], gcc: ['/usr/bin/cc'], tcc: ['/usr/bin/cc'] }

  expect(propose([{ kind: 'command', name: 'cc' }], { files })).toEqual([
    {
      dependency: 'gcc',
      line: 'gcc make',
      missing: [{ kind: 'command', name: 'cc', path: '/usr/bin/cc' }],
      others: ['tcc', 'ccache'],
    },
  ])
})

test('proposeDependencies() says nothing of a header that many packages have somewhere', () => {
  const deep = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, [`/usr/include/p${index}/config.h`]]))

  expect(lines('header', 'config.h', { files: deep(4) })).toEqual([])
  expect(lines('header', 'config.h', { files: deep(3) })).toHaveLength(1)
  expect(lines('header', 'config.h', { files: { ...deep(9), x: ['/usr/include/config.h'] } })).toHaveLength(1)
})

test('proposeDependencies() says each package once, to run where one of its files says so', () => {
  const missing: MissingFile[] = [
    { kind: 'command', name: 'xml2-config' },
    { kind: 'header', name: 'libxml/tree.h' },
    { kind: 'library', name: 'xml2' },
  ]
  const paths = ['/usr/bin/xml2-config', '/usr/include/libxml2/libxml/tree.h', '/usr/lib/libxml2.so']

  expect(propose(missing, { files: { libxml2: paths } })).toEqual([
    {
      dependency: 'libxml2',
      line: 'libxml2',
      missing: missing.map((one, index) => ({ ...one, path: paths[index] ?? '' })),
      others: [],
    },
  ])
})

test('proposeDependencies() guesses from names where no file tells, never the name of a package it has looked into', () => {
  const world = { files: { bison: ['/usr/share/x'] }, recipes: ['meson', 'bison', 'libpng', 'python-mako'] }

  expect(lines('command', 'meson', world)).toEqual(['meson make: perhaps'])
  expect(lines('header', 'png.h', world)).toEqual(['libpng: perhaps'])
  expect(lines('library-file', 'libpng.so.16', world)).toEqual(['libpng: perhaps'])
  expect(lines('python', 'mako', world)).toEqual(['python-mako make: perhaps'])
  expect(lines('command', 'bison', world)).toEqual([])
  expect(lines('command', 'nobody', world)).toEqual([])
})

test('proposeDependencies() proposes a handful at most', () => {
  const names = Array.from({ length: 20 }, (_, index) => `tool${index}`)
  const missing = names.map((name): MissingFile => ({ kind: 'command', name }))
  const files = Object.fromEntries(names.map((name) => [name, [`/usr/bin/${name}`]]))

  expect(propose(missing, { files })).toHaveLength(5)
})
