import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Event } from '../events/event.ts'
import { parseDepends } from '../model/depends.ts'
import { parseManifest } from '../model/manifest.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { packArtifact } from '../system/archive/pack-artifact.ts'
import { makeDirectory, makeTemporaryDirectory, removeTree, writeFileAtomic } from '../system/files.ts'
import { tellMissingDependencies } from './missing-dependencies.ts'
import type { SuppliedInstalled } from './sysroot-packages.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-missing-')
  makeDirectory(join(scratch, 'bin'))
})
afterEach(() => removeTree(scratch))

const artifact = (name: string): string => join(scratch, 'bin', `${name}@1-1.tar.gz`)

async function build(name: string, path: string): Promise<void> {
  const tree = join(scratch, 'tree', name)
  const entry = join(tree, 'var/db/kiss/installed', name)
  makeDirectory(entry)
  writeFileAtomic(join(entry, 'manifest'), `${path}\n`)
  await packArtifact(tree, artifact(name), { compression: 'gz', newestMtime: 1e9 })
}

interface Options {
  readonly installed?: Readonly<Record<string, () => string>>
  readonly depends?: string
  readonly sysroot?: readonly string[]
  readonly log?: string
}

/** The lines that are proposed after a build that did not find `tool`. */
async function proposed({
  installed = {},
  depends = '',
  sysroot = [],
  log = 'sh: 1: tool: not found\n',
}: Options): Promise<string[]> {
  const events: Event[] = []
  const recipe: Recipe = {
    name: parsePackageName('probe'),
    format: 'kiss',
    directory: scratch,
    version: { version: '1', release: '1' },
    dependencies: parseDepends(depends, 'depends').dependencies,
    sources: [],
    sourceLines: [],
    checksums: undefined,
    checksumsFile: '',
  }
  const supplied = Object.entries(installed).map(([name, manifest]): [PackageName, SuppliedInstalled] => [
    parsePackageName(name),
    { dependencies: [], manifest: () => parseManifest(manifest()).entries },
  ])
  await tellMissingDependencies(
    {
      recipe,
      sysroot: { layers: [], hasHostTools: false, packages: sysroot, libraries: [], aliases: [] },
      log,
    },
    {
      root: scratch,
      installed: new Map(supplied),
      artifactOf: () => undefined,
      builtOf: artifact,
      hasRecipe: () => false,
    },
    scratch,
    { emit: (event) => void events.push(event), signal: new AbortController().signal },
  )
  return events.flatMap((event) => (event.kind === 'dependency-missing' ? [event.line] : []))
}

test('tellMissingDependencies() looks at installed packages first, then into tarballs', async () => {
  await build('cached', '/usr/bin/tool')

  expect(await proposed({})).toEqual(['cached make'])
  expect(await proposed({ installed: { here: () => '/usr/bin/tool' } })).toEqual(['here make'])
})

test('tellMissingDependencies() says nothing of what is declared or came with another package', async () => {
  await build('cached', '/usr/bin/tool')

  expect(await proposed({ depends: 'cached make' })).toEqual([])
  expect(await proposed({ sysroot: ['cached'] })).toEqual([])
})

test('tellMissingDependencies() looks into tarballs also where an installed CMake has a find module of its own', async () => {
  await build('zlib', '/usr/lib/pkgconfig/zlib.pc')
  const installed = { cmake: () => '/usr/share/cmake/Modules/FindZLIB.cmake' }
  const log = 'CMake Error at x:230 (message):\n  Could NOT find ZLIB (missing: ZLIB_LIBRARY)\n'

  expect(await proposed({ installed, log, sysroot: ['cmake'] })).toEqual(['zlib make'])
})

test('tellMissingDependencies() gets past a damaged tarball and a damaged entry', async () => {
  await build('good', '/usr/bin/tool')
  writeFileAtomic(artifact('damaged'), 'no archive')
  writeFileAtomic(join(scratch, 'bin/no-package'), '')
  const broken = (): string => {
    throw new KithError('database-invalid', { file: 'manifest', reason: 'the manifest is missing' })
  }

  expect(await proposed({ installed: { broken } })).toEqual(['good make'])
})
