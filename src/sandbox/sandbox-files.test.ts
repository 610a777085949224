import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SandboxFile } from '../model/sandbox-file.ts'
import type { SysrootStrategy } from '../model/sysroot-setting.ts'
import { linkInfo, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { canMount, mountTitle, tryMounts } from './mount-fixture.ts'
import { openSysroot } from './open-sysroot.ts'
import { planSandboxFiles, requireSandboxFiles } from './sandbox-files.ts'
import { planSysroot } from './sysroot.ts'

let scratch: string
let host: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-sandbox-files-')
  host = join(scratch, 'host')
  mkdirSync(join(host, 'directory/below'), { recursive: true })
  writeFileSync(join(host, 'directory/below/deep'), 'deep')
  writeFileSync(join(host, 'file'), 'of the host')
})
afterEach(() => removeTree(scratch))

const mounted = test.skipIf(!canMount)

/** A layer with these files and, where they end in `/`, directories; `a -> b` is a link. */
function layer(name: string, paths: readonly string[]): string {
  const directory = join(scratch, name)
  for (const text of paths) {
    const [path = '', to] = text.split(' -> ')
    mkdirSync(join(directory, path.endsWith('/') ? path : dirname(path)), { recursive: true })
    if (to !== undefined) symlinkSync(to, join(directory, path))
    else if (!path.endsWith('/')) writeFileSync(join(directory, path), name)
  }
  return directory
}

const readOnly = (path: string): SandboxFile => ({ path: join(host, path), isWritable: false })
const writable = (path: string): SandboxFile => ({ path: join(host, path), isWritable: true })

/** Files of the host that every system has: what is below the scratch directory is in the sandbox's own /tmp. */
const shown = (...paths: readonly string[]): SandboxFile[] => paths.map((path) => ({ path, isWritable: false }))

function see(
  files: readonly SandboxFile[],
  layers: readonly string[],
  script: string,
  strategy: SysrootStrategy,
): string {
  const parts = { layers, hasHostTools: false }
  const plan = planSandboxFiles(files, parts, join(scratch, 'points'))
  const planned = planSysroot({ ...parts, layers: [...plan.layers, ...layers] })
  using sysroot = openSysroot(planned, { strategy, layersDirectory: join(scratch, 'layers') })
  return tryMounts(scratch, [...sysroot.mounts, ...plan.mounts, { kind: 'seal-root' }], script)
}

test('requireSandboxFiles() wants what is there: a file or a directory', () => {
  expect(() => requireSandboxFiles([readOnly('file'), readOnly('directory')], [])).not.toThrow()
  expect(() => requireSandboxFiles([readOnly('none')], [])).toThrow('KISS_SANDBOX_FILES names it, but nothing is there')
  expect(() => requireSandboxFiles([{ path: '/dev/null', isWritable: false }], [])).toThrow('neither a file nor')
})

test('requireSandboxFiles() refuses to let builds write to what is guarded, by any name', () => {
  symlinkSync(host, join(scratch, 'other'))
  const guard = [join(scratch, 'other/directory')]

  for (const file of [writable('directory'), writable('directory/below'), writable('')])
    expect(() => requireSandboxFiles([file], guard)).toThrow('builds may not write to')
  expect(() => requireSandboxFiles([writable('file'), readOnly('directory')], guard)).not.toThrow()
  expect(() => requireSandboxFiles([writable('file')], [join(scratch, 'none')])).not.toThrow()
})

for (const strategy of ['overlay', 'links'] as const) {
  mounted(mountTitle(`planSandboxFiles() by ${strategy} shows files where no layer has a place for them`), () => {
    const layers = [layer('top', ['etc/own', 'usr/lib/x']), layer('bottom', ['etc/other', 'usr/lib/y'])]
    const script = `cmp etc/passwd /etc/passwd; cmp usr/bin/env /usr/bin/env; ls etc usr/lib; ls usr/share | cmp - "$list"
      (echo x >>etc/passwd) 2>/dev/null && echo WROTE; (: >usr/bin/new) 2>/dev/null && echo MADE; true`
    const list = join(scratch, 'list')
    writeFileSync(list, `${readdirSync('/usr/share').sort().join('\n')}\n`)

    expect(
      see(
        shown('/etc/passwd', '/usr/bin/env', '/usr/share'),
        layers,
        `export LC_ALL=C list=${list}; ${script}`,
        strategy,
      ),
    ).toBe('etc:\nother\nown\npasswd\n\nusr/lib:\nx\ny\n')
  })

  mounted(mountTitle(`planSandboxFiles() by ${strategy} goes where links of the layers lead`), () => {
    const layers = [
      layer('top', ['bin -> usr/tools', 'usr/tools -> ../opt/real', 'etc -> /usr/etc']),
      layer('bottom', ['opt/real/']),
    ]

    expect(see(shown('/bin/env', '/etc/passwd'), layers, 'find . -type f | LC_ALL=C sort', strategy)).toBe(
      './opt/real/env\n./usr/etc/passwd\n',
    )
  })

  mounted(
    mountTitle(`planSandboxFiles() by ${strategy} takes the place of what a layer has, and lets what is around it be`),
    () => {
      const layers = [
        layer('top', ['etc/passwd', 'usr/share', 'usr/bin/env/no/']),
        layer('bottom', ['etc/group', 'usr/lib/']),
      ]
      chmodSync(join(layers[0] ?? '', 'usr'), 0o751)

      expect(
        see(
          shown('/etc/passwd', '/usr/bin/env', '/usr/share'),
          layers,
          'cmp etc/passwd /etc/passwd; cat etc/group; stat -c "%n %F" usr/bin/env usr/share; ls usr; stat -c %a usr',
          strategy,
        ),
      ).toBe('bottomusr/bin/env regular file\nusr/share directory\nbin\nlib\nshare\n751\n')
    },
  )

  mounted(
    mountTitle(`planSandboxFiles() by ${strategy} shows what is in another one, and top-level names of their own`),
    () => {
      const layers = [layer('one', ['srv/a']), layer('two', ['srv/b'])]
      const script = 'stat -c "%n %F" etc usr/share usr/bin; find . -maxdepth 1 | LC_ALL=C sort'

      expect(see(shown('/etc', '/etc/passwd', '/usr/bin', '/usr/share'), layers, script, strategy)).toBe(
        'etc directory\nusr/share directory\nusr/bin directory\n.\n./etc\n./srv\n./usr\n',
      )
    },
  )
}

test('planSandboxFiles() needs no mount point where a layer has one, and lets only what is marked be written', () => {
  const layers = [layer('one', ['etc/passwd', 'usr/share/'])]
  const files = [
    ...shown('/etc/passwd'),
    { path: '/usr/bin/env', isWritable: true },
    { path: '/usr/share', isWritable: true },
  ]
  const plan = planSandboxFiles(files, { layers, hasHostTools: false }, join(scratch, 'points'))

  expect(plan.layers).toEqual([join(scratch, 'points')])
  expect(linkInfo(join(scratch, 'points/etc'))).toBeUndefined()
  expect(linkInfo(join(scratch, 'points/usr/share'))).toBeUndefined()
  expect(linkInfo(join(scratch, 'points/usr/bin/env'))?.kind).toBe('file')
  expect(plan.mounts).toEqual([
    { kind: 'bind', target: '/etc/passwd', source: '/etc/passwd', isWritable: false },
    { kind: 'bind', target: '/usr/bin/env', source: '/usr/bin/env', isWritable: true },
    { kind: 'bind', target: '/usr/share', source: '/usr/share', isWritable: true },
  ])
  expect(plan.landlock).toEqual([
    { path: '/usr/bin/env', access: 'write-file' },
    { path: '/usr/share', access: 'write' },
  ])
})

test('planSandboxFiles() follows no link of a layer into what the sandbox has of its own, nor in circles', () => {
  const plan = (...paths: readonly string[]) =>
    planSandboxFiles(
      shown('/etc/passwd'),
      { layers: [layer(paths[0] ?? '', paths)], hasHostTools: false },
      join(scratch, 'p'),
    )

  expect(() => plan('etc -> proc/self')).toThrow('a /proc of its own')
  expect(() => plan('etc -> ../../kith/build')).toThrow('a /kith of its own')
  expect(() => plan('etc -> /')).not.toThrow()
  expect(() => plan('etc -> etc')).toThrow('a loop of links')
  expect(linkInfo(join(scratch, 'p'))).toBeUndefined()
})
