import type { SourceTree } from './guess-build.ts'

export type BuildSystem = 'configure' | 'autotools' | 'cmake' | 'meson' | 'make' | 'cargo' | 'go' | 'python' | 'unknown'

export interface BuildScript {
  readonly script: string
  /** Lines of a depends file: the programs that the script runs. */
  readonly tools: readonly string[]
  readonly advice: readonly string[]
}

/** A build script for each system, as one writes it by hand. */
export const buildScripts: Readonly<Record<BuildSystem, (tree: SourceTree, name: string) => BuildScript>> = {
  configure: () => ({
    script: lines('./configure \\', '    --prefix=/usr', '', 'make', 'make DESTDIR="$1" install'),
    tools: [],
    advice: [],
  }),
  autotools: () => ({
    script: lines('autoreconf -fi', '', './configure \\', '    --prefix=/usr', '', 'make', 'make DESTDIR="$1" install'),
    tools: ['autoconf make', 'automake make', 'libtool make'],
    advice: [],
  }),
  cmake: () => ({
    script: lines(
      'cmake -B kith-build \\',
      '    -DCMAKE_BUILD_TYPE=Release \\',
      '    -DCMAKE_INSTALL_PREFIX=/usr \\',
      '    -DCMAKE_INSTALL_LIBDIR=lib',
      '',
      'cmake --build kith-build',
      'DESTDIR="$1" cmake --install kith-build',
    ),
    tools: ['cmake make'],
    advice: [],
  }),
  meson: () => ({
    script: lines(
      'meson setup \\',
      '    --prefix=/usr \\',
      '    --libdir=lib \\',
      '    --buildtype=release \\',
      '    . kith-build',
      '',
      'meson compile -C kith-build',
      'DESTDIR="$1" meson install --no-rebuild -C kith-build',
    ),
    tools: ['meson make'],
    advice: [],
  }),
  make: makeScript,
  cargo: (tree) => ({
    script: lines(
      `cargo install${tree.names.has('Cargo.lock') ? ' --locked' : ''} --no-track --path . --root "$1/usr"`,
    ),
    tools: ['rust make'],
    advice: tree.names.has('vendor') ? [] : ['its crates are not among the sources: the build needs the network'],
  }),
  go: (tree, name) => ({
    script: lines(`go build -o "$1/usr/bin/${name}" ${tree.names.has('main.go') ? '.' : `./cmd/${name}`}`),
    tools: ['go make'],
    advice: [
      ...(tree.names.has('vendor') ? [] : ['its modules are not among the sources: the build needs the network']),
      ...(tree.names.has('main.go')
        ? []
        : [`look which of its packages are programs: the script builds ./cmd/${name}`]),
    ],
  }),
  python: pythonScript,
  unknown: () => ({
    script: lines('# Nothing here says how it is built. Install below "$1"; the version is "$2".', 'exit 1'),
    tools: [],
    advice: ['nothing in its top directory says how it is built: write the build script'],
  }),
}

function makeScript({ textOf }: SourceTree): BuildScript {
  const text = ['GNUmakefile', 'makefile', 'Makefile'].map((file) => textOf(file) ?? '').join('\n')
  const prefix = /\bPREFIX\b/.test(text) || !/^\s*prefix\b/m.test(text) ? 'PREFIX' : 'prefix'
  const hasDestdir = /\bDESTDIR\b/.test(text)
  const install = hasDestdir ? `make DESTDIR="$1" ${prefix}=/usr install` : `make ${prefix}="$1/usr" install`
  const hasInstall = /^install\b[^:=]*:/m.test(text)
  return {
    script: lines(`make ${prefix}=/usr`, install),
    tools: [],
    advice: hasInstall ? [] : ['its Makefile has no "install": install by hand below "$1"'],
  }
}

function pythonScript({ names, textOf }: SourceTree): BuildScript {
  const project = textOf('pyproject.toml')
  if (project === undefined || !names.has('pyproject.toml'))
    return {
      script: lines('python3 setup.py build', 'python3 setup.py install --prefix=/usr --root="$1"'),
      tools: ['python', 'python-setuptools make'],
      advice: [],
    }
  const [, requires = 'setuptools'] = /\[build-system\][^[]*?\brequires\s*=\s*\[([^\]]*)\]/s.exec(project) ?? []
  const backends = [...requires.matchAll(/["']?([A-Za-z][\w.-]*)/g)].map(([, backend = '']) =>
    backend.toLowerCase().replaceAll('_', '-'),
  )
  return {
    script: lines(
      'python3 -m gpep517 build-wheel --wheel-dir kith-wheel',
      'python3 -m installer --prefix=/usr --destdir="$1" kith-wheel/*.whl',
    ),
    tools: [
      'python',
      'python-gpep517 make',
      'python-installer make',
      ...new Set(backends.map((one) => `python-${one} make`)),
    ],
    advice: [],
  }
}

function lines(...body: readonly string[]): string {
  return ['#!/bin/sh -e', '', ...body, ''].join('\n')
}
