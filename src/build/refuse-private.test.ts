import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Source } from '../model/sources.ts'
import { scratchDirectory } from '../system/archive/archive-fixtures.ts'
import { refusePrivateRecipe, refusePrivateSources } from './refuse-private.ts'

let scratch: ReturnType<typeof scratchDirectory>
let repository: string
let recipe: string
beforeEach(() => {
  scratch = scratchDirectory()
  repository = join(scratch.path, 'repo')
  recipe = join(repository, 'a')
  mkdirSync(recipe, { recursive: true })
  file('secret', 0o600)
  file('public', 0o644)
})
afterEach(() => scratch[Symbol.dispose]())

/** Gives the path. */
function file(path: string, mode = 0o644): string {
  const full = join(scratch.path, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, 'canary')
  chmodSync(full, mode)
  return full
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(scratch.path, path)), { recursive: true })
  symlinkSync(target, join(scratch.path, path))
}

/** `[path, target]` of the refusal, relative to the scratch directory; undefined where nothing is refused. */
function refused(check: () => void): readonly string[] | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'recipe-reads-private') throw error
    const { path, target } = error.details as { readonly path: string; readonly target: string }
    return [path, target].map((one) => one.replace(`${scratch.path}/`, ''))
  }
}
const ofRecipe = (): readonly string[] | undefined => refused(() => refusePrivateRecipe(recipe))
const ofSource = (kind: 'file' | 'directory', path: string): readonly string[] | undefined => {
  const source: Source = { kind, text: path, destination: undefined, path }
  return refused(() => refusePrivateSources({ directory: recipe, sources: [source] }))
}

describe('a recipe is refused', () => {
  test('for a link to a secret', () => {
    link('repo/a/x', '../../secret')
    expect(ofRecipe()).toEqual(['repo/a/x', 'secret'])
  })

  test('for a link into the repository, where another leads to a secret', () => {
    link('repo/common/x', '../../secret')
    link('repo/a/files', '../common')
    expect(ofRecipe()).toEqual(['repo/a/files/x', 'secret'])
  })

  test('for a link to a directory of everybody, where another leads to a secret', () => {
    link('shared/deep/x', '../../secret')
    link('repo/a/files', '../../shared')
    expect(ofRecipe()).toEqual(['repo/a/files/deep/x', 'secret'])
  })

  test('for a readable file below a directory that is closed, or cannot be listed', () => {
    file('closed/open/x')
    link('repo/a/x', '../../closed/open/x')
    chmodSync(join(scratch.path, 'closed'), 0o750)
    expect(ofRecipe()).toEqual(['repo/a/x', 'closed/open/x'])

    unlinkSync(join(recipe, 'x'))
    link('repo/a/files', '../../closed')
    chmodSync(join(scratch.path, 'closed'), 0o711)
    expect(ofRecipe()).toEqual(['repo/a/files', 'closed'])
  })

  test('for the private home that its repository is in', () => {
    chmodSync(scratch.path, 0o700)
    link('repo/a/home', '../..')
    expect(ofRecipe()).toEqual(['repo/a/home', scratch.path])
  })

  test('for a link into a hidden directory beside it: a recipe right in a home', () => {
    chmodSync(file('repo/.ssh/key', 0o600), 0o600)
    link('repo/a/x', '../.ssh/key')
    expect(ofRecipe()).toEqual(['repo/a/x', 'repo/.ssh/key'])
  })

  test('for names that are no UTF-8', () => {
    const bytes = (path: string): Buffer => Buffer.from(path, 'latin1')
    writeFileSync(bytes(`${scratch.path}/s\xff`), 'canary', { mode: 0o600 })
    symlinkSync(bytes('../../s\xff'), bytes(`${recipe}/x\xfe`))
    expect(ofRecipe()).toHaveLength(2)
  })

  test('for what the kernel shows of a process', () => {
    link('repo/a/x', '/proc/self/maps')
    expect(ofRecipe()?.[0]).toBe('repo/a/x')
  })

  test('for an open file that has no path any more', () => {
    const gone = file('gone', 0o600)
    const descriptor = openSync(gone, 'r')
    unlinkSync(gone)
    link('repo/a/x', `/proc/self/fd/${descriptor}`)
    try {
      expect(ofRecipe).toThrow('no such file or directory')
    } finally {
      closeSync(descriptor)
    }
  })
})

test.skipIf(process.getuid?.() !== 0)(
  'a recipe is refused for a file of another mount namespace, whatever is at its path here (skipped without root)',
  async () => {
    const hidden = dirname(file('hidden/x'))
    const script = 'mount -t tmpfs none "$1"; echo canary >"$1/x"; chmod 600 "$1/x"; echo; exec sleep 60'
    const other = Bun.spawn(['unshare', '--mount', 'sh', '-ec', script, 'sh', hidden], { stdout: 'pipe' })
    try {
      await other.stdout.getReader().read()
      link('repo/a/x', `/proc/${other.pid}/root${hidden}/x`)
      expect(ofRecipe).toThrow('Cannot resolve')
    } finally {
      other.kill()
      await other.exited
    }
  },
)

describe('a recipe may lead', () => {
  test('anywhere in its repository, whatever the umask, in a private home', () => {
    file('repo/common/x', 0o600)
    file('repo/a/files/y', 0o600)
    link('repo/a/common', '../common')
    for (const path of ['.', 'repo', 'repo/common', 'repo/a', 'repo/a/files'])
      chmodSync(join(scratch.path, path), 0o700)
    expect(ofRecipe()).toBeUndefined()
  })

  test('out of it to what everybody may read, beside it in a private home as well', () => {
    chmodSync(scratch.path, 0o700)
    link('repo/a/x', '../../public')
    link('repo/a/group', '/etc/group')
    expect(ofRecipe()).toBeUndefined()
  })

  test('to itself, to each other and to nothing: the walk ends', () => {
    link('repo/a/again', '.')
    link('repo/a/b', '../b')
    link('repo/b/a', '../a')
    link('repo/a/loop', 'loop')
    link('repo/a/nothing', '../../nothing')
    expect(ofRecipe()).toBeUndefined()
  })

  test('from another repository: its own is that which it really lies in', () => {
    file('other/c/x', 0o600)
    file('other/common/y', 0o600)
    link('other/c/common', '../common')
    link('repo/c', '../other/c')
    expect(refused(() => refusePrivateRecipe(join(repository, 'c')))).toBeUndefined()
  })
})

describe('a local source', () => {
  test('is refused where not everybody may read it: a file, a directory, what is in one', () => {
    const directory = dirname(file('keys/id', 0o600))
    expect(ofSource('file', join(scratch.path, 'secret'))).toEqual(['secret', 'secret'])
    expect(ofSource('directory', directory)).toEqual(['keys/id', 'keys/id'])
    chmodSync(join(directory, 'id'), 0o644)
    expect(ofSource('directory', directory)).toBeUndefined()
    chmodSync(directory, 0o700)
    expect(ofSource('directory', directory)).toEqual(['keys', 'keys'])
    expect(ofSource('file', join(directory, 'id'))).toEqual(['keys/id', 'keys/id'])
  })

  test('is refused behind links of the repository, and behind ".."', () => {
    chmodSync(dirname(file('keys/id')), 0o700)
    link('repo/common/dir', '../../keys')
    expect(ofSource('directory', join(recipe, '../common/dir'))).toEqual(['repo/common/dir', 'keys'])
    expect(ofSource('directory', `${recipe}/../common/dir/.`)?.[1]).toBe('keys')
    expect(ofSource('directory', `${recipe}/../../keys`)?.[1]).toBe('keys')
  })

  test('is what the kernel finds: ".." behind a link is the directory above of what it leads to', () => {
    mkdirSync(join(scratch.path, 'home/open'), { recursive: true })
    file('home/key', 0o600)
    file('repo/a/key')
    link('repo/a/link', '../../home/open')
    expect(ofSource('file', `${recipe}/link/../key`)?.[1]).toBe('home/key')
  })

  test('of the repository is used, whatever the umask; its links are unpacked as links', () => {
    file('repo/a/files/x', 0o600)
    link('repo/a/files/link', '../../../secret')
    chmodSync(join(recipe, 'files'), 0o700)
    expect(ofSource('file', join(recipe, 'files/x'))).toBeUndefined()
    expect(ofSource('directory', join(recipe, 'files'))).toBeUndefined()
  })
})
