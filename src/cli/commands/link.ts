import { basename, join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { isFile, realPath, replaceWithSymlink } from '../../system/files.ts'
import type { Command } from '../command.ts'
import { parseArgument } from '../workspace.ts'

/** Makes a file of the recipe in the current directory a link to that of the first other repository that has the package. */
export const link: Command = async ({ arguments: [file], config, show }) => {
  if (file === undefined)
    throw new KithError('missing-argument', { command: 'link', expected: 'a file of the recipe in this directory' })
  if (file.includes('/') || file === '.' || file === '..')
    throw new KithError('invalid-argument', { argument: file, expected: 'the name of a file, without "/"' })
  const here = realPath(process.cwd())
  const name = parseArgument(basename(process.cwd()))
  const others = searchRecipes(name, config.repositories).filter((directory) => realPath(directory) !== here)
  const to = others.find((directory) => isFile(join(directory, file)))
  if (to === undefined) throw new KithError('nothing-to-link', { file, name })
  replaceWithSymlink(join(to, file), join(here, file))
  show(`linked ${file} to ${to}`, { kind: 'linked', name, file, to })
  return 0
}
