import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { findMissing, logTail } from './missing-files.ts'

/** `kind name`, for comparing. */
const missingIn = (log: string): string[] => findMissing(log).map(({ kind, name }) => `${kind} ${name}`)

/** What the tools print, each in a log of its own. */
const messages: readonly (readonly [tool: string, log: string, missing: readonly string[]])[] = [
  ['dash', './build: 3: meson: not found', ['command meson']],
  ['dash, from make', '/bin/sh: 1: meson: not found\nmake: *** [Makefile:2: all] Error 127', ['command meson']],
  ['dash, a path', 'x.sh: 1: /usr/bin/meson: not found', ['command meson']],
  ['bash', './build: line 3: meson: command not found', ['command meson']],
  ['bash, a path', 'p.sh: line 1: /usr/bin/meson: No such file or directory', ['command meson']],
  ['bash, an interpreter', 'bash: ./x: /usr/bin/perl5: bad interpreter: No such file or directory', ['command perl5']],
  ['busybox ash', 's.sh: line 1: meson: not found', ['command meson']],
  ['busybox sh', 'sh: g++: not found', ['command g++']],
  ['mksh', 'E: s.sh[1]: meson: inaccessible or not found', ['command meson']],
  ['zsh', 'zsh:1: command not found: meson', ['command meson']],
  ['zsh, an interpreter', 'zsh: ./x: bad interpreter: /usr/bin/perl5: no such file or directory', ['command perl5']],
  ['env', 'env: ‘python3’: No such file or directory', ['command python3']],
  ['env in the C locale', "/usr/bin/env: 'python3': No such file or directory", ['command python3']],
  ['busybox env', "env: can't execute 'python3': No such file or directory", ['command python3']],
  ['xargs', 'xargs: gperf: No such file or directory', ['command gperf']],
  ['timeout', 'timeout: failed to run command ‘gperf’: No such file or directory', ['command gperf']],
  ['make', 'make[2]: gperf: No such file or directory\nmake: *** [x:2: all] Error 127', ['command gperf']],
  ['make before 4.3', 'gmake: gperf: Command not found', ['command gperf']],
  ['gcc', 'a.c:1:10: fatal error: foo/bar.h: No such file or directory', ['header foo/bar.h']],
  [
    'gcc in colours',
    '\x1b[01m\x1b[Kb.c:1:10:\x1b[m\x1b[K \x1b[01;31m\x1b[Kfatal error: \x1b[m\x1b[Kzlib.h: No such file or directory',
    ['header zlib.h'],
  ],
  ['gcc without any header', 'm.c:1:29: error: no include path in which to search for a/b.h', ['header a/b.h']],
  ['clang', "a.c:1:10: fatal error: 'zlib.h' file not found", ['header zlib.h']],
  ['tcc', "a.c:1: error: include file 'zlib.h' not found", ['header zlib.h']],
  [
    'gcc without C++',
    'gcc: fatal error: cannot execute ‘cc1plus’: execvp: No such file or directory',
    ['command cc1plus'],
  ],
  ['gcc without ld', 'collect2: fatal error: cannot find ‘ld’', ['command ld']],
  [
    'clang without lld',
    'clang: error: unable to execute command: Executable "ld.lld" doesn\'t exist!',
    ['command ld.lld'],
  ],
  ['ld', '/usr/bin/ld: cannot find -lz: No such file or directory', ['library z']],
  ['ld before 2.38', '/usr/bin/ld: cannot find -lstdc++', ['library stdc++']],
  ['ld, a file', '/usr/bin/ld: cannot find -l:libz.a: No such file or directory', ['library-file libz.a']],
  ['ld, start files', '/usr/bin/ld: cannot find crt1.o: No such file or directory', ['library-file crt1.o']],
  ['gold', '/usr/bin/ld.gold: error: cannot find -lz', ['library z']],
  ['lld', 'ld.lld: error: unable to find library -lz', ['library z']],
  ['mold', 'mold: fatal: library not found: z', ['library z']],
  [
    'ld, needed by a library',
    '/usr/bin/ld: warning: libz.so.1, needed by /usr/lib/libpng.so, not found (try using -rpath or -rpath-link)',
    ['library-file libz.so.1'],
  ],
  ['pkg-config', "No package 'glib-2.0' found", ['pkg-config glib-2.0']],
  [
    'pkgconf',
    "Package nosuch was not found in the pkg-config search path.\nPackage 'nosuch', required by 'virtual:world', not found",
    ['pkg-config nosuch'],
  ],
  ['pkgconf 2', "Package 'zlib' not found", ['pkg-config zlib']],
  [
    'PKG_CHECK_MODULES',
    'configure: error: Package requirements (glib-2.0 >= 2.50 zlib, gtk+-3.0 > 3) were not met:',
    ['pkg-config glib-2.0', 'pkg-config zlib', 'pkg-config gtk+-3.0'],
  ],
  [
    'configure without pkg-config',
    'configure: error: The pkg-config script could not be found or is too old.',
    ['command pkg-config'],
  ],
  ['configure without cc', 'configure: error: no acceptable C compiler found in $PATH', ['command cc']],
  ['configure without m4', 'configure: error: no acceptable m4 could be found in $PATH.', ['command m4']],
  ['configure, not found', 'configure: error: *** bison not found. Please install it', ['unknown bison']],
  ['configure, required', 'configure: error: the libcap library is required', ['unknown libcap']],
  ['configure, cannot find', "configure: error: Cannot find 'xsltproc'", ['unknown xsltproc']],
  [
    'configure, a Perl module',
    'configure: error: XML::Parser perl module is required for intltool',
    ['perl XML::Parser'],
  ],
  ['missing', "WARNING: 'makeinfo' is missing on your system.", ['command makeinfo']],
  ['autogen', "**Error**: You must have `libtool' installed.", ['unknown libtool']],
  [
    'autoreconf',
    'Can\'t exec "aclocal": No such file or directory at /usr/share/autoconf/Autom4te/FileUtils.pm line 274.',
    ['command aclocal'],
  ],
  ['autoconf', 'configure.ac:12: error: possibly undefined macro: AC_PROG_LIBTOOL', ['m4 AC_PROG_LIBTOOL']],
  ['aclocal', "configure.ac:5: warning: macro 'AM_GLIB_GNU_GETTEXT' not found in library", ['m4 AM_GLIB_GNU_GETTEXT']],
  [
    'configure with a macro left in',
    "./configure: line 1718: syntax error near unexpected token `FOO,nosuch'\n./configure: line 1718: `PKG_CHECK_MODULES(FOO,nosuch >= 1)'",
    ['m4 PKG_CHECK_MODULES'],
  ],
  ['configure with a macro as command', './configure: line 9: AX_PTHREAD: command not found', ['m4 AX_PTHREAD']],
  [
    'xorg',
    'configure.ac:3: error: must install xorg-macros 1.8 or later before running autoconf/autogen',
    ['m4 xorg-macros'],
  ],
  [
    'cmake',
    `CMake Error at CMakeLists.txt:3 (find_package):
  By not providing "FindNosuchLib.cmake" in CMAKE_MODULE_PATH this project
  has asked CMake to find a package configuration file provided by
  "NosuchLib", but CMake did not find one.

  Could not find a package configuration file provided by "NosuchLib" with
  any of the following names:

    NosuchLibConfig.cmake
    nosuchlib-config.cmake
`,
    ['cmake NosuchLib'],
  ],
  [
    'cmake, a module',
    'CMake Error at /usr/share/cmake/Modules/FindPackageHandleStandardArgs.cmake:230 (message):\n  Could NOT find ZLIB (missing: ZLIB_LIBRARY ZLIB_INCLUDE_DIR)',
    ['cmake ZLIB'],
  ],
  [
    'cmake, a program',
    'CMake Error at CMakeLists.txt:3 (find_program):\n  Could not find FOO_PROG using the following names: gperf, other',
    ['unknown gperf', 'unknown other'],
  ],
  [
    'cmake, pkg_check_modules',
    `-- Checking for module 'nosuch-opt'
--   Package 'nosuch-opt', required by 'virtual:world', not found
-- Checking for modules 'nosuch>=2;other'
--   Package 'nosuch', required by 'virtual:world', not found
--   Package 'other', required by 'virtual:world', not found
CMake Error at /usr/share/cmake-3.25/Modules/FindPkgConfig.cmake:607 (message):
  A required package was not found
Call Stack (most recent call first):`,
    ['pkg-config nosuch', 'pkg-config other'],
  ],
  [
    'cmake 3.28, pkg_check_modules',
    'CMake Error at FindPkgConfig.cmake:619 (message):\n  The following required packages were not found:\n\n   - nosuch>=2\n   - other\n\nCall Stack:',
    ['pkg-config nosuch', 'pkg-config other'],
  ],
  [
    'cmake without ninja',
    'CMake Error: CMake was unable to find a build program corresponding to "Ninja".',
    ['command ninja'],
  ],
  ['cmake without compiler', '  No CMAKE_CXX_COMPILER could be found.', ['command c++']],
  ['meson', "meson.build:2:0: ERROR: Program 'gperf' not found or not executable", ['command gperf']],
  [
    'meson, several',
    "meson.build:2:0: ERROR: Program 'gperf gperf3' not found or not executable",
    ['command gperf', 'command gperf3'],
  ],
  [
    'meson, dependency',
    'meson.build:2:0: ERROR: Dependency "glib-2.0" not found, tried pkgconfig and cmake',
    ['pkg-config glib-2.0'],
  ],
  [
    'meson, fallback',
    'Run-time dependency opt found: NO (tried pkgconfig)\nRun-time dependency nosuch found: NO (tried pkgconfig and cmake)\nLooking for a fallback subproject for the dependency nosuch\n\nmeson.build:2:0: ERROR: Neither a subproject directory nor a d.wrap file was found.',
    ['pkg-config nosuch'],
  ],
  ['meson, library', "meson.build:2:24: ERROR: C shared or static library 'nosuch' not found", ['library nosuch']],
  ['meson, header', "meson.build:2:24: ERROR: C header 'nosuch.h' not found", ['header nosuch.h']],
  ['meson, modules', 'meson.build:2:17: ERROR: python3 is missing modules: mako, yaml', ['python mako', 'python yaml']],
  [
    'meson without compiler',
    "meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc'], ['clang']]",
    ['command cc'],
  ],
  ['python', "ModuleNotFoundError: No module named 'google.protobuf'", ['python google.protobuf']],
  ['python -m', '/usr/bin/python3: No module named pip', ['python pip']],
  ['python 2', 'ImportError: No module named yaml', ['python yaml']],
  ['python, a program', "FileNotFoundError: [Errno 2] No such file or directory: 'gperf'", ['command gperf']],
  [
    'python -m build',
    'ERROR Missing dependencies:\n\tsetuptools_scm>=6.2\n\twheel\n',
    ['python setuptools_scm', 'python wheel'],
  ],
  ['pip', 'ERROR: No matching distribution found for setuptools>=40.8.0', ['python setuptools']],
  [
    'perl',
    "Can't locate XML/Parser.pm in @INC (you may need to install the XML::Parser module) (@INC entries checked: /x) at -e line 1.",
    ['perl XML::Parser'],
  ],
  ['cargo', 'error: linker `cc` not found', ['command cc']],
  ['rustc', 'error: could not find native static library `z`, perhaps an -L flag is missing?', ['library z']],
  [
    'cc crate',
    'error occurred in cc-rs: failed to find tool "c++": No such file or directory (os error 2)',
    ['command c++'],
  ],
  ['cmake crate', 'is `cmake` not installed?', ['command cmake']],
  [
    'pkg-config crate',
    'The system library `openssl` required by crate `openssl-sys` was not found.\nThe file `openssl.pc` needs to be installed',
    ['pkg-config openssl'],
  ],
  ['pkg-config crate without it', 'The pkg-config command could not be found.', ['command pkg-config']],
  ['go', 'cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH', ['command gcc']],
  [
    'bindgen',
    "Unable to find libclang: \"couldn't find any valid shared libraries matching: ['libclang.so', 'libclang-*.so']",
    ['library-file libclang.so'],
  ],
  [
    'ld.so',
    './u: error while loading shared libraries: libz.so.1: cannot open shared object file: No such file or directory',
    ['library-file libz.so.1'],
  ],
  [
    'ld-musl',
    'Error loading shared library libz.so.1: No such file or directory (needed by ./u)',
    ['library-file libz.so.1'],
  ],
]

test.each([...messages])('findMissing() understands %s', (_tool, log, missing) => {
  expect(missingIn(`${log}\n`)).toEqual([...missing])
})

test.each([
  ['checks of configure', 'checking for gperf... no\nchecking for zlib.h... no\n'],
  ['optional things of cmake', "-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)\n--   Package 'x' not found\n"],
  [
    'warnings of cmake',
    'CMake Warning at CMakeLists.txt:4 (find_package):\n  Could not find a package configuration file provided by "Nosuch" with any\n  of the following names:\n\n    NosuchConfig.cmake\n    nosuch-config.cmake\n\n',
  ],
  ['optional things of meson', 'Program gperf found: NO\nRun-time dependency x found: NO (tried pkgconfig)\n'],
  ['scripts of the build itself', 'c.sh: 1: ./i.sh: not found\nbash: ./x/y: No such file or directory\n'],
  [
    'missing files of others',
    "cp: cannot stat 'x': No such file or directory\nmake: *** No rule to make target 'x'.  Stop.\n",
  ],
])('findMissing() takes no notice of %s', (_what, log) => {
  expect(missingIn(log)).toEqual([])
})

test('findMissing() keeps the order, once each, and of many the last', () => {
  expect(missingIn('sh: 1: a: not found\nsh: 1: b: not found\nsh: 1: a: not found\n')).toEqual([
    'command b',
    'command a',
  ])

  const many = Array.from({ length: 100 }, (_, index) => `sh: 1: c${index}: not found\n`).join('')
  expect(missingIn(many).length).toBeLessThanOrEqual(24)
  expect(missingIn(many)).toContain('command c99')
})

test('findMissing() reads the end of a log only', () => {
  expect(missingIn(`sh: 1: early: not found\n${'x\n'.repeat(logTail.lines)}`)).toEqual([])
  expect(missingIn(`sh: 1: early: not found\n${'x'.repeat(logTail.characters)}`)).toEqual([])
})

test('findMissing() takes no name that leaves its directory, looks like an option or moves the cursor', () => {
  const log = [
    'sh: 1: ../../etc/passwd: not found',
    'sh: 1: -rf: not found',
    'sh: 1: \x1b[2J: not found',
    'fatal error: ../secret.h: No such file or directory',
    'fatal error: a/../b.h: No such file or directory',
    'fatal error: /etc/shadow: No such file or directory',
    `sh: 1: ${'a'.repeat(5000)}: not found`,
    'cannot find -l\u202ez',
  ]
  expect(missingIn(log.join('\n'))).toEqual([])
})

test('findMissing() gives plain names whatever it reads', () => {
  const needles = messages.map(([, log]) => log)
  const hostile = fc.array(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...needles)))
  fc.assert(
    fc.property(hostile, (pieces) => {
      for (const { name } of findMissing(pieces.join(''))) {
        expect(name).toMatch(/^[A-Za-z0-9_+][A-Za-z0-9_.+:/-]{0,199}$/)
        expect(name).not.toMatch(/(^|\/)\.\.?(\/|$)/)
      }
    }),
  )
})

// Time that grew with the square of the length would be a quarter of an hour for such a line: the runner ends that.
test('findMissing() gets through a line of a mebibyte, whatever it repeats, and gives little', () => {
  const units = [
    ...messages.map(([, log]) => log.replaceAll('\n', ' ')),
    ': ',
    'a',
    '/',
    "'",
    ' ',
    'bin/',
    '(a ',
    '- ',
    'A_',
  ]
  const lines = units.map((unit) => unit.repeat(Math.ceil((1 << 20) / unit.length)))

  for (const line of lines) expect(JSON.stringify(findMissing(line)).length).toBeLessThan(10_000)
})

test('findMissing() gives little of a log that is nothing but messages', () => {
  const log = messages.map(([, one]) => `${one} ${'x'.repeat(200)}`).join('\n')

  expect(JSON.stringify(findMissing(`${log}\n`.repeat(20))).length).toBeLessThan(10_000)
})
