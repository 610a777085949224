import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
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

/** Where the scratch directory is, in a layer; so that paths of the host and of the sysroot meet. */
const inLayer = (path: string): string => join(host, path).slice(1)
const readOnly = (path: string): SandboxFile => ({ path: join(host, path), isWritable: false })
const writable = (path: string): SandboxFile => ({ path: join(host, path), isWritable: true })

function see(
  files: readonly SandboxFile[],
  layers: readonly string[],
  script: string,
  strategy: SysrootStrategy,
): string {
  const parts = { layers, hasHostTools: false }
  const plan = planSandboxFiles(files, parts, join(scratch, 'points'))
  const planned = planSysroot({ ...parts, layers: [...plan.layers, ...layers] })
  using sysroot = openSysroot(planned, { strategy, layersDirectory: scratch })
  return tryMounts(scratch, [...sysroot.mounts, ...plan.mounts, { kind: 'seal-root' }], `cd .${host}\n${script}`)
}

// The scratch directory is below /tmp, which is none of a layer's; what is tested here does not look at that.
const movable = tmpdir().startsWith('/tmp')

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

test('a', () => expect(movable).toBe(movable))
