import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PackageOffers } from '../../src/model/offers.ts'
import { type PackageName, parsePackageName } from '../../src/model/package-name.ts'
import { collectOffers, type OfferingFile } from '../../src/plan/collect-offers.ts'
import { openElfTree } from '../../src/system/elf/elf-tree.ts'
import { walkTree } from '../../src/system/tree.ts'
import { buildScript } from './build-script.ts'
import type { MadeWorld } from './generate.ts'

/** Every package of a world built from nothing, one after the other: `packages/<name>` is what it has, `root` all of them together. */
export interface MadeRoot {
  readonly root: string
  readonly packageOf: (name: string) => string
  readonly offers: ReadonlyMap<PackageName, PackageOffers>
}

export function buildWorld(world: MadeWorld, directory: string): MadeRoot {
  const root = join(directory, 'root')
  const packageOf = (name: string): string => join(directory, 'packages', name)
  mkdirSync(root, { recursive: true })
  const script = world.map((made) => {
    const work = join(directory, 'work', made.name)
    mkdirSync(work, { recursive: true })
    mkdirSync(packageOf(made.name), { recursive: true })
    writeFileSync(join(work, 'build'), buildScript(made))
    return `(cd '${work}' && sh -e ./build '${packageOf(made.name)}')\ncp -a '${packageOf(made.name)}/.' '${root}'`
  })
  const run = Bun.spawnSync(['sh', '-ec', script.join('\n')], { env: { ...process.env, SYSROOT: root } })
  if (run.exitCode !== 0) throw new Error(`a made package cannot be built: ${run.stderr.toString().slice(0, 2000)}`)
  return {
    root,
    packageOf,
    offers: new Map(world.map(({ name }) => [parsePackageName(name), offersIn(packageOf(name))])),
  }
}

function offersIn(directory: string): PackageOffers {
  const files = [...walkTree(directory)].flatMap(({ path, kind, mode }): OfferingFile[] =>
    kind === 'file' || kind === 'symlink' ? [{ path, kind, isExecutable: (mode & 0o111) !== 0 }] : [],
  )
  return collectOffers({ ...openElfTree(directory), files })
}

/**
 * The oracle: packages of `before` whose files the real loader cannot load in a root where all else was built anew. `after` is such a
 * root; each package's old files are put in place of its new ones, one package after the other.
 */
export function findBrokenByLoader(
  before: MadeRoot,
  after: MadeRoot,
  names: readonly string[],
  scratch: string,
): Set<string> {
  mkdirSync(scratch)
  const script = names.map((name) => {
    const root = join(scratch, name)
    const [old, fresh] = [filesIn(before.packageOf(name)), filesIn(after.packageOf(name))]
    const loaded = old.filter((path) => /^usr\/(?:bin|lib)/.test(path) && !path.endsWith('.so'))
    return [
      `cp -al '${after.root}' '${root}'`,
      `cd '${root}'`,
      `rm -f ${fresh.join(' ')}`,
      `cp -a '${before.packageOf(name)}/.' .`,
      `for file in ${loaded.join(' ')}; do`,
      `  ${loader} --library-path '${root}/usr/lib:${root}/usr/lib64' --list "./$file" >list 2>&1 || :`,
      `  ! grep -q 'not found\\|cannot open shared object' list || echo ${name}`,
      'done',
    ].join('\n')
  })
  const run = Bun.spawnSync(['sh', '-ec', script.join('\n')])
  if (run.exitCode !== 0) throw new Error(`the loader cannot be asked: ${run.stderr.toString().slice(0, 2000)}`)
  return new Set(
    run.stdout
      .toString()
      .split('\n')
      .filter((name) => name !== ''),
  )
}

/** Programs and libraries of a root that the real loader cannot load. */
export function findUnloadable(root: string): string[] {
  const loaded = filesIn(root).filter((path) => /^usr\/(?:bin|lib)/.test(path) && !path.endsWith('.so'))
  return loaded.filter((path) => {
    const paths = `${root}/usr/lib:${root}/usr/lib64`
    const { stdout, stderr } = Bun.spawnSync([loader ?? '', '--library-path', paths, '--list', join(root, path)])
    return /not found|cannot open shared object/.test(`${stdout}${stderr}`)
  })
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
}

/** The loader of this machine's programs; undefined where there is none that can list. */
export const loader: string | undefined = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find(
  (path) => Bun.spawnSync(['sh', '-c', `test -x ${path} && ${path} --list /bin/sh`]).exitCode === 0,
)
