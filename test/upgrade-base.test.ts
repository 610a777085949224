import { expect, test } from 'bun:test'
import { isRoot, openWorld, type Run } from './cli-fixture.ts'
import { libraryBuild, programBuild, systemBuild } from './library-recipes.ts'

const hasCompiler = Bun.spawnSync(['cc', '--version']).exitCode === 0

test.skipIf(!isRoot || !hasCompiler)(
  'programs of a base run while what they are linked with is upgraded, and are rebuilt with it (skipped without root or without cc)',
  async () => {
    using world = openWorld()
    const well = async (...argv: readonly string[]): Promise<Run> => {
      const run = await world.run(...argv)
      expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
      return run
    }
    const usesTool = (name: string): string =>
      programBuild(name, ['ssl']).replace('-e\n', '-e\n/usr/bin/tool || case $? in 1 | 2) ;; *) exit 1 ;; esac\n')
    world.recipe('base', { depends: 'system\ntool\n' })
    world.recipe('system', { build: systemBuild(['mkdir', 'cat', 'ln', 'sleep']) })
    world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 1 }), version: '1 1\n' })
    // Nothing of base names it, so that both may be built at one time.
    world.recipe('tool', { build: `${programBuild('tool', ['ssl'])}sleep 1\n`, depends: 'ssl\n' })
    world.recipe('user', { build: usesTool('user'), depends: 'ssl\n' })
    await well('build', 'base')
    await well('install', 'base')
    await well('build', 'user')
    await well('install', 'user')
    world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 2 }), version: '2 1\n' })

    const run = await well('upgrade', '--jobs', '2')
    expect(run.stderr).not.toContain('host')
    expect(run.stderr).toContain('user will be rebuilt')
    expect(run.stderr).not.toContain('takes lib')
    expect((await well('search', '--provides', 'so:libssl*')).stdout).toBe('ssl so:libssl.so 2\nssl so:libssl.so.2 2\n')
    // Afterwards there is one of them again.
    await well('build', '--rebuild', 'user')
  },
  120_000,
)
