import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import type { SysrootStrategy } from '../model/sysroot-setting.ts'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { canMount, mountTitle, snapshotScript, tryMounts } from './mount-fixture.ts'
import { openSysroot } from './open-sysroot.ts'
import { planSysroot, type SysrootParts } from './sysroot.ts'

let scratch: string
let layersDirectory: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-open-sysroot-')
  layersDirectory = join(scratch, 'layers')
  mkdirSync(layersDirectory)
})
afterEach(() => removeTree(scratch))

const mounted = test.skipIf(!canMount)
const strategies: readonly SysrootStrategy[] = ['overlay', 'links']

/** `usr/` a directory, `lib -> usr/lib` a link, anything else a file that holds the layer's name; each with its own time. */
function layer(name: string, paths: readonly string[]): string {
  const directory = join(layersDirectory, name)
  mkdirSync(directory)
  for (const text of paths) {
    const [path = '', to] = text.split(' -> ')
    mkdirSync(join(directory, dirname(path)), { recursive: true })
    if (to !== undefined) symlinkSync(to, join(directory, path))
    else if (path.endsWith('/')) mkdirSync(join(directory, path), { recursive: true })
    else writeFileSync(join(directory, path), name)
  }
  return directory
}

function see(strategy: SysrootStrategy, parts: SysrootParts, script = snapshotScript): string {
  using sysroot = openSysroot(planSysroot(parts), { strategy, layersDirectory })
  return tryMounts(scratch, sysroot.mounts, script)
}

const names = (strategy: SysrootStrategy, layers: readonly string[]): string[] =>
  see(strategy, { layers, hasHostTools: false }, 'find . -mindepth 1 | LC_ALL=C sort').trim().split('\n')

for (const strategy of strategies) {
  mounted(mountTitle(`openSysroot() by ${strategy} lets the topmost layer say what a name is`), () => {
    const top = layer('top', ['usr/file', 'usr/directory/in', 'usr/link -> file', 'usr/both/top'])
    const bottom = layer('bottom', ['usr/file/hidden', 'usr/directory', 'usr/link/hidden', 'usr/both/bottom'])

    expect(names(strategy, [top, bottom])).toEqual(
      ['', '/both', '/both/bottom', '/both/top', '/directory', '/directory/in', '/file', '/link'].map(
        (path) => `./usr${path}`,
      ),
    )
  })

  mounted(mountTitle(`openSysroot() by ${strategy} hides directories below something that is none`), () => {
    const layers = ['one/', 'two', 'three/'].map((path, index) => layer(`l${index}`, [`usr/name/${path}`]))
    const between = layer('between', ['usr/name -> /nowhere'])

    expect(names(strategy, [layers[0] ?? '', between, layers[2] ?? ''])).toEqual([
      './usr',
      './usr/name',
      './usr/name/one',
    ])
  })

  mounted(mountTitle(`openSysroot() by ${strategy} keeps modes, setuid bits, times and pairs of hard links`), () => {
    const top = layer('top', ['usr/bin/su', 'usr/closed/', 'usr/bin/one'])
    linkSync(join(top, 'usr/bin/one'), join(top, 'usr/bin/two'))
    chmodSync(join(top, 'usr/bin/su'), 0o4711)
    chmodSync(join(top, 'usr/closed'), 0o1555)
    for (const path of ['usr/bin/su', 'usr/bin', 'usr']) utimesSync(join(top, path), 1e9, 1e9)
    const bottom = layer('bottom', ['usr/bin/other', 'usr/closed/more'])
    chmodSync(join(bottom, 'usr/bin'), 0o700)
    const script = `stat -c '%n %a %Y' usr usr/bin usr/bin/su; stat -c '%n %a' usr/closed; [ usr/bin/one -ef usr/bin/two ] && stat -c %h usr/bin/one`

    expect(see(strategy, { layers: [top, bottom], hasHostTools: false }, script).split('\n')).toEqual([
      'usr 755 1000000000',
      'usr/bin 755 1000000000',
      'usr/bin/su 4711 1000000000',
      'usr/closed 1555',
      expect.stringMatching(/^[2-9]$/),
      '',
    ])
  })

  mounted(mountTitle(`openSysroot() by ${strategy} shows names that are no text`), () => {
    const odd = [Buffer.from([0x66, 0xff]), Buffer.from([0x64, 0xfe]), Buffer.from('ü')] as const
    const [top, bottom] = [layer('top', ['usr/a']), layer('bottom', ['usr/b'])]
    const at = (directory: string, ...parts: readonly Buffer[]): Buffer =>
      Buffer.concat([Buffer.from(`${directory}/usr`), ...parts.flatMap((part) => [Buffer.from('/'), part])])
    writeFileSync(at(top, odd[0]), 'top')
    mkdirSync(at(top, odd[1]))
    writeFileSync(at(top, odd[1], odd[0]), 'below')
    symlinkSync(odd[0], at(bottom, odd[2]))

    expect(see(strategy, { layers: [top, bottom], hasHostTools: false }, 'cat usr/*/*; find usr | LC_ALL=C sort')).toBe(
      `below${['usr', 'usr/a', 'usr/b', 'usr/d\xfe', 'usr/d\xfe/f\xff', 'usr/f\xff', 'usr/\xc3\xbc'].join('\n')}\n`,
    )
  })

  mounted(mountTitle(`openSysroot() by ${strategy} lets nothing in a layer or of the host be changed`), () => {
    const layers = [
      layer('top', ['usr/bin/kith-test-a', 'usr/kith-test/only']),
      layer('bottom', ['usr/bin/kith-test-b']),
    ]
    const canaries = [join(layers[0] ?? '', 'usr/bin/kith-test-a'), join(layers[0] ?? '', 'usr/kith-test/only')]
    const before = canaries.map((path) => lstatSync(path))
    const script = `for path in usr/bin/kith-test-a usr/bin/kith-test-b usr/kith-test/only; do
      (echo x >>$path) 2>/dev/null && echo WROTE $path
      chmod 777 $path 2>/dev/null && echo CHANGED $path
      rm $path 2>/dev/null && echo REMOVED $path
    done
    for path in usr usr/bin usr/kith-test usr/lib; do (: >$path/kith-test-new) 2>/dev/null && echo MADE $path; done
    true`

    expect(see(strategy, { layers, hasHostTools: false }, script)).toBe('')
    expect(canaries.map((path) => lstatSync(path).mode)).toEqual(before.map(({ mode }) => mode))
    expect(canaries.map((path) => lstatSync(path).mtimeMs)).toEqual(before.map(({ mtimeMs }) => mtimeMs))
  })

  mounted(
    mountTitle(`openSysroot() by ${strategy} has the tools of the host at their own paths, below the layers`),
    () => {
      const top = layer('top', ['usr/bin/kith-test-tool', 'usr/bin/env', 'usr/include/kith-test.h'])
      const script = `ls usr/bin | wc -l; cat usr/bin/env; echo; cd usr/bin; realpath --relative-to=../.. sort kith-test-tool
      cmp sort /usr/bin/sort; ls -d ../share; ls ../include/kith-test.h ../include/stdio.h 2>/dev/null | wc -l`
      const hasHeaders = Bun.file('/usr/include/stdio.h').size > 0
      const hostBin = readdirSync('/usr/bin')

      expect(see(strategy, { layers: [top], hasHostTools: true }, script).split('\n')).toEqual([
        String(hostBin.length + 1),
        'top',
        'usr/bin/sort',
        'usr/bin/kith-test-tool',
        '../share',
        hasHeaders ? '2' : '1',
        '',
      ])
    },
  )
}

const segment = fc.constantFrom('a', 'b', 'c')
const entry = fc.record({
  path: fc.array(segment, { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom('file', 'directory', 'symlink'),
  mode: fc.constantFrom(0o755, 0o700, 0o2775),
  time: fc.integer({ min: 1, max: 2e9 }),
})

mounted(
  mountTitle('openSysroot() by links shows what overlayfs shows, whatever the layers hold'),
  () => {
    let run = 0
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 12 }), { minLength: 2, maxLength: 4 }), (trees) => {
        const layers = trees.map((tree, index) => {
          const directory = layer(`${run}-${index}`, [])
          for (const { path, kind, mode, time } of tree) {
            const place = join(directory, 'usr', ...path)
            try {
              mkdirSync(kind === 'directory' ? place : dirname(place), { recursive: true })
              if (kind === 'file') writeFileSync(place, `${index}`)
              if (kind === 'symlink') symlinkSync(`to-${index}`, place)
              if (kind === 'directory') chmodSync(place, mode)
              if (kind !== 'symlink') utimesSync(place, time, time)
            } catch {
              // Something else is in the way already.
            }
          }
          return directory
        })
        run++

        expect(see('links', { layers, hasHostTools: false })).toBe(see('overlay', { layers, hasHostTools: false }))
      }),
      { numRuns: 25 },
    )
  },
  30_000,
)

mounted(mountTitle('openSysroot() by overlay merges more layers than one overlay takes'), () => {
  const layers = Array.from({ length: 620 }, (_, index) =>
    layer(`l${index}`, [`usr/bin/tool${index}`, 'usr/bin/common']),
  )
  const script = 'ls usr/bin | wc -l; cat usr/bin/common usr/bin/tool619; ls -A; grep -c /mounted/ /proc/self/mounts'

  expect(see('overlay', { layers, hasHostTools: false }, script)).toBe('621\nl0l619usr\n1\n')
})

test('openSysroot() leaves nothing, and makes nothing where a lone layer is bound', () => {
  const layers = [layer('one', ['usr/a']), layer('two', ['usr/b'])]
  const farms = (): string[] => readdirSync(join(scratch, 'farms')).filter((name) => name !== 'stock')
  {
    using single = openSysroot(planSysroot({ layers: layers.slice(0, 1), hasHostTools: false }), {
      strategy: 'links',
      layersDirectory,
    })
    expect(single.mounts.map(({ kind }) => kind)).toEqual(['overlay'])
    expect(lstatSync(join(scratch, 'farms'), { throwIfNoEntry: false })).toBeUndefined()
  }
  {
    using merged = openSysroot(planSysroot({ layers, hasHostTools: false }), { strategy: 'links', layersDirectory })
    expect(merged.mounts.map(({ kind }) => kind)).toEqual(['farm'])
    const [farm = ''] = farms()
    expect(lstatSync(join(scratch, 'farms', farm)).mode & 0o777).toBe(0o700)
  }
  expect(farms()).toEqual([])
  expect(readdirSync(layersDirectory).sort()).toEqual(['one', 'two'])
  expect(lstatSync(join(layers[0] ?? '', 'usr/a')).nlink).toBe(1)
})
