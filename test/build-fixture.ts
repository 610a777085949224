import { test } from 'bun:test'
import { isRoot, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

/** A test of a build that root asks for: with root's powers to lose. Elsewhere it is skipped. */
export const sandboxed = test.skipIf(!isRoot)

export function title(text: string): string {
  return isRoot ? text : `${text} (skipped: tries what only root could do)`
}

const hasMake = Bun.which('make') !== null

/** A sandboxed test that needs make. */
export const withMake = hasMake ? sandboxed : sandboxed.skip

export function makeTitle(text: string): string {
  return title(hasMake ? text : `${text} (skipped without make)`)
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
