import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Builds every package of examples/repo, or those that are named, twice in other surroundings, from upstream's sources, and shows what
 * `kith reproduce` says of them. Fails where one is not bit-identical. `npm run test:reproduce [-- PACKAGE...]`
 */
const project = join(import.meta.dir, '..')
const repository = join(project, 'examples', 'repo')
const named = process.argv.slice(2)
const all = readdirSync(repository).filter((name) => statSync(join(repository, name)).isDirectory())
const scratch = mkdtempSync(join(tmpdir(), 'kith-reproduce-'))
const root = join(scratch, 'root')
const environment = {
  ...process.env,
  KISS_PATH: repository,
  KISS_ROOT: root,
  KISS_PROMPT: '0',
  KITH_MIRRORS: process.env.KITH_MIRRORS ?? 'apt',
  XDG_CACHE_HOME: join(scratch, 'cache'),
}
try {
  const child = Bun.spawn(
    [
      process.env.KITH_UNDER_TEST ?? join(project, 'dist', 'kith'),
      'reproduce',
      '--quiet',
      ...(named.length > 0 ? named : all.sort()),
    ],
    { env: environment, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' },
  )
  process.exitCode = await child.exited
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
