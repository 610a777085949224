import { afterEach, beforeEach, expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { finish, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

function packagesOf({ stdout }: Run, wanted: string): string[] {
  return stdout.split('\n').flatMap((line) => {
    const { kind, package: name } = JSON.parse(line || '{}') as { kind?: string; package?: string }
    return kind === wanted && name !== undefined ? [name] : []
  })
}

/** Each tarball is what its hash and its record say. */
function expectWhole(): void {
  const bin = join(world.cache, 'bin')
  sh('sha256sum --quiet -c *.sha256', bin)
  for (const name of world.cached()) {
    const { artifact } = JSON.parse(readFileSync(join(bin, `${name}.key`), 'utf8').split('\n')[0] ?? '')
    expect(sh(`sha256sum <'${name}'`, bin)).toStartWith(artifact)
  }
}

sandboxed(title('two kith with one cache build each package once'), async () => {
  const slow = (text: string): string =>
    `#!/bin/sh -e\nsleep 0.4\nmkdir -p "$1/usr/share"\n${text} >"$1/usr/share/$(basename "$PWD")"\n`
  world.recipe('lib', { build: slow('echo lib') })
  for (const name of ['a', 'b', 'c']) world.recipe(name, { build: slow('cat /usr/share/lib'), depends: 'lib\n' })
  const both = [world.start('build', '--json', 'a', 'b', 'c'), world.start('build', '--json', 'c', 'b', 'a')]
  const runs = await Promise.all(both.map(finish))

  expect(runs.map(({ status }) => status)).toEqual([0, 0])
  expect(runs.flatMap((run) => packagesOf(run, 'build-started')).sort()).toEqual(['a', 'b', 'c', 'lib'])
  expect(runs.flatMap((run) => packagesOf(run, 'build-skipped')).sort()).toEqual(['a', 'b', 'c', 'lib'])
  expectWhole()
  expect(world.leftovers()).toEqual([])
})

sandboxed(
  title('two kith that build different states of one version leave artifacts that are whole, both by their keys'),
  async () => {
    const build = (text: string) => `#!/bin/sh -e\nmkdir -p "$1/usr/share"\necho ${text} >"$1/usr/share/lib"\n`
    const writeOther = (): void => {
      world.recipe('../other/lib', { build: build('other') })
      world.recipe('lib', { build: build('one') })
    }
    writeOther()
    const env = { KISS_PATH: join(world.directory, 'other') }
    const runs = await Promise.all(
      [0, 1, 2].flatMap(() => [
        finish(world.start('build', '--rebuild', 'lib')),
        finish(world.startWith({ env }, 'build', '--rebuild', 'lib')),
      ]),
    )

    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 0))
    expectWhole()
    for (const options of [{}, { env }])
      expect(packagesOf(await world.runWith(options, 'build', '--json', 'lib'), 'build-started')).toEqual([])
    expectWhole()
  },
)
