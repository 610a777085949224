import { expect, test } from 'bun:test'
import { printOffers } from '../model/offers.ts'
import { textTreePath } from '../model/tree-path.ts'
import { collectOffers, type LinkedFile } from './collect-offers.ts'

interface Node {
  readonly elf?: Partial<LinkedFile>
  readonly to?: string
  readonly text?: string
  readonly mode?: number
}

/** What a tree of these nodes offers and needs, as text. */
function collect(nodes: Readonly<Record<string, Node>>): string {
  const target = (path: string): string => nodes[path]?.to ?? path
  const files = Object.entries(nodes).map(([path, { to, mode = 0o644 }]) => ({
    path: textTreePath(path),
    kind: to === undefined ? ('file' as const) : ('symlink' as const),
    isExecutable: to !== undefined || (mode & 0o111) !== 0,
  }))
  const plain = { class: 64, byteOrder: 'little', machine: 62, type: 'shared', needed: [] } as const
  const offers = collectOffers({
    files,
    target: (path) => textTreePath(target(path)),
    text: (path) => nodes[target(path)]?.text,
    elf(path) {
      const elf = nodes[target(path)]?.elf
      return elf && { ...plain, soname: undefined, rpath: undefined, runpath: undefined, ...elf }
    },
  })
  return printOffers(offers)
}

test('collectOffers() offers a library by every name that the loader finds, and what is on PATH', () => {
  const text = collect({
    '/usr/lib/libz.so.1.3': { elf: { soname: 'libz.so.1', needed: ['libc.so.6'] } },
    '/usr/lib/libz.so': { to: '/usr/lib/libz.so.1.3' },
    '/usr/lib/x/plugin.so': { elf: {} },
    '/usr/lib/pkgconfig/zlib.pc': { text: 'Version: 1.3\nRequires: other >= 2 own\n' },
    '/usr/share/pkgconfig/own.pc': { text: 'Version: 1\n' },
    '/usr/bin/tool': { elf: { type: 'executable', needed: ['libz.so.1', 'libm.so.6'] }, mode: 0o755 },
    '/usr/bin/link': { to: '/usr/bin/tool' },
    '/usr/bin/notes': { text: 'no program' },
    '/usr/share/tool': { elf: { needed: ['libunseen.so'] }, mode: 0o755 },
  })

  expect(text.split('\n')).toEqual([
    'needs pc:other >=2 - -',
    'needs so:libc.so.6 - 64le/62 -',
    'needs so:libm.so.6 - 64le/62 -',
    'offers cmd:link - - -',
    'offers cmd:tool - - -',
    'offers pc:own 1 - -',
    'offers pc:zlib 1.3 - -',
    'offers so:libz.so 1.3 64le/62 /usr/lib',
    'offers so:libz.so.1 1.3 64le/62 /usr/lib',
    'offers so:libz.so.1.3 1.3 64le/62 /usr/lib',
    'offers so:plugin.so - 64le/62 /usr/lib/x',
    '',
  ])
})

test('collectOffers() needs no library that the package brings where the file looks, but one of another machine', () => {
  const text = collect({
    '/usr/lib/app/libown.so.1': { elf: { soname: 'libown.so.1' } },
    '/usr/lib32/libold.so.1': { elf: { soname: 'libold.so.1', class: 32, machine: 3 } },
    '/usr/bin/app': {
      elf: {
        type: 'executable',
        needed: ['libown.so.1', 'libold.so.1', '/abs/lib.so'],
        runpath: '$ORIGIN/../lib/app:/opt/lib',
      },
    },
    '/usr/bin/blind': { elf: { type: 'executable', needed: ['libown.so.1'] } },
  })

  expect(text.split('\n').filter((line) => line.startsWith('needs'))).toEqual([
    'needs so:libold.so.1 - 64le/62 /usr/lib/app:/opt/lib',
    'needs so:libown.so.1 - 64le/62 -',
  ])
})
