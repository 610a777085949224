import { test } from 'bun:test'
import { isRoot, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

/** A test that builds, which needs root; elsewhere it is skipped. */
export const sandboxed = test.skipIf(!isRoot)

export function title(text: string): string {
  return isRoot ? text : `${text} (skipped: building needs root)`
}

/** Builds a recipe whose script is `lines`, run by bash without `-e`; gives what it printed. */
export async function buildProbe(
  world: ScratchWorld,
  lines: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Run> {
  world.recipe('probe', { build: `#!/bin/bash\n${lines}\n`, ...files })
  return await world.runWith({ env: { HOME: '/root' } }, 'build', 'probe')
}

/** Names, modes, sizes, inodes, times and owners of all below a directory. */
export function snapshot(directory: string): string {
  return sh(`find . -printf '%p %m %s %i %T@ %U\\n' | sort`, directory)
}
