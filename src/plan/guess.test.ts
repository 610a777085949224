import { expect, test } from 'bun:test'
import { printDependency } from '../model/depends.ts'
import { guessBuild } from './guess-build.ts'
import { guessPackage } from './guess-package.ts'

test('guessPackage() finds name and version in addresses as upstreams have them', () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['https://example.org/gnu/make/make-4.4.1.tar.gz', 'make', '4.4.1'],
    ['https://example.org/o/name/archive/v1.2.tar.gz', 'name', '1.2'],
    ['https://example.org/o/name/archive/refs/tags/1.2.3.tar.gz', 'name', '1.2.3'],
    ['https://example.org/o/name/releases/download/v2.0/Name-2.0.tar.xz', 'name', '2.0'],
    ['https://example.org/g/s/name/-/archive/3.1/name-3.1.tar.bz2', 'name', '3.1'],
    ['https://example.org/x_1.0.orig.tar.xz', 'x', '1.0'],
    ['https://example.org/gtk+-3.24.1.tar.xz', 'gtk+', '3.24.1'],
    ['https://example.org/wpa_supplicant-2.10.tgz', 'wpa_supplicant', '2.10'],
    ['https://example.org/foo-1.0-rc1.tar.gz?x=y', 'foo', '1.0-rc1'],
    ['https://example.org/sqlite/2024/sqlite-autoconf-3450100.tar.gz', 'sqlite-autoconf', '3450100'],
    ['https://example.org/1.5/source.tar.gz', 'source', '1.5'],
    ['https://example.org/foo.tar.gz', 'foo', undefined],
    ['git+https://example.org/tool.git', 'tool', 'git'],
    ['git+https://example.org/tool@v1.4', 'tool', '1.4'],
    ['git+https://example.org/tool#0123456789abcdef', 'tool', 'git'],
  ]
  for (const [source, name, version] of cases)
    expect([source, guessPackage(source)]).toEqual([source, { name, version }])
})

function guess(files: Readonly<Record<string, string>>, known: readonly string[] = []) {
  const tree = { names: new Set(Object.keys(files)), textOf: (name: string) => files[name] }
  const { dependencies, ...rest } = guessBuild(tree, 'own', (name) => known.includes(name))
  return { ...rest, depends: dependencies.map(printDependency) }
}

test('guessBuild() finds the build system by the files at the top', () => {
  const systems = (...names: readonly string[]) => guess(Object.fromEntries(names.map((name) => [name, '']))).system

  expect(systems('configure', 'configure.ac', 'CMakeLists.txt', 'Makefile')).toBe('configure')
  expect(systems('configure.ac', 'Makefile.am')).toBe('autotools')
  expect(systems('meson.build', 'configure')).toBe('meson')
  expect(systems('CMakeLists.txt', 'Makefile')).toBe('cmake')
  expect(systems('Cargo.toml', 'Makefile')).toBe('cargo')
  expect(systems('go.mod', 'Makefile')).toBe('go')
  expect(systems('Makefile', 'setup.py')).toBe('make')
  expect(systems('setup.py')).toBe('python')
  expect(systems('README')).toBe('unknown')
})

test('guessBuild() takes libraries that are asked for where a recipe is known, and tells the others', () => {
  const configure =
    'PKG_CHECK_MODULES([Z], [zlib >= 1.2 libcurl])\n# PKG_CHECK_MODULES(NOT, commented)\nPKG_CHECK_MODULES(G, gtk+-3.0)'
  const { depends, unknown } = guess({ configure: '', 'configure.ac': configure }, ['zlib', 'curl', 'pkgconf'])

  expect(depends).toEqual(['curl', 'pkgconf make', 'zlib'])
  expect(unknown).toEqual(['gtk+-3.0'])
  expect(guess({ 'meson.build': "x = dependency('libpng16', version: '>1')\n" }, ['libpng']).depends).toEqual([
    'libpng',
    'meson make',
  ])
  const cmake =
    'find_package(ZLIB REQUIRED)\nfind_package(Threads)\npkg_check_modules(X REQUIRED IMPORTED_TARGET liblzma)\nfind_package(own)'
  expect(guess({ 'CMakeLists.txt': cmake }, ['zlib', 'xz', 'own']).depends).toEqual(['cmake make', 'xz', 'zlib'])
})

test('guessBuild() writes what a Makefile understands, and says when it installs nothing', () => {
  const full = guess({ Makefile: 'prefix ?= /usr/local\ninstall: all\n\tcp x $(DESTDIR)$(prefix)/bin\n' })
  expect(full.script).toBe('#!/bin/sh -e\n\nmake prefix=/usr\nmake DESTDIR="$1" prefix=/usr install\n')
  const plain = guess({ Makefile: 'install:\n\tcp x $(PREFIX)/bin\n' })
  expect(plain.script).toContain('make PREFIX="$1/usr" install')
  expect(guess({ Makefile: 'all:\n\tcc x.c\n' }).advice[0]).toContain('no "install"')
})

test('guessBuild() knows what python projects are built with', () => {
  const project = '[project]\nname = "x"\n[build-system]\nrequires = ["flit_core >=3.4", "wheel"]\n'

  expect(guess({ 'pyproject.toml': project }).depends).toEqual([
    'python',
    'python-flit-core make',
    'python-gpep517 make',
    'python-installer make',
    'python-wheel make',
  ])
})
