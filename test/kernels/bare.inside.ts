import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync } from 'node:fs'
import { openWorld, type ScratchWorld, sh } from '../cli-fixture.ts'

/** Run in a guest by inside.sh: without the module of overlayfs, and before cgroups are mounted. */
let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  chmodSync(world.directory, 0o755)
})
afterEach(() => world[Symbol.dispose]())

const users = {
  root: [],
  'an ordinary user': ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'],
} as const

for (const [who, under] of Object.entries(users)) {
  test(`without overlayfs and cgroups ${who} builds with hard links`, async () => {
    world.recipe('tool', { build: '#!/bin/sh -e\nmkdir -p "$1/usr/share/tool"\necho data >"$1/usr/share/tool/data"\n' })
    world.recipe('program', {
      depends: 'tool make\n',
      build: `#!/bin/sh -e
echo "read $(cat /usr/share/tool/data)"
(echo x >/usr/share/tool/data) 2>/dev/null && echo WROTE
grep -q ' - overlay ' /proc/self/mountinfo && echo OVERLAY
echo 'int main(void) { return 0; }' >main.c
mkdir -p "$1/usr/bin"
cc -o "$1/usr/bin/program" main.c
`,
    })
    sh('chown -R 65534:65534 .', world.directory)
    const { stderr, status } = await world.runWith({ under }, 'build', 'program')

    expect([stderr, status]).toEqual([expect.not.stringMatching(/ERROR|WROTE|OVERLAY/), 0])
    expect(stderr).toContain('read data')
    expect(world.leftovers()).toEqual([])
  })

  test(`kith doctor tells ${who} what is missing, and that builds work`, async () => {
    sh('chown -R 65534:65534 .', world.directory)
    const { stdout, status } = await world.runWith({ under }, 'doctor')

    expect(stdout).toMatch(/warning +overlayfs +this kernel has none/)
    expect(stdout).toMatch(/warning +cgroups +none are mounted/)
    expect(stdout).toContain('Builds work on this host')
    expect(status).toBe(0)
  })
}
