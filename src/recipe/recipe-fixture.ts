import { dirname, join } from 'node:path'
import { makeDirectory, writeFileAtomic } from '../system/files.ts'

/**
 * Writes a package directory for tests and gives its path: a `build` that may be executed and a `version`, changed and extended
 * by `files`; undefined leaves a file out. Hooks may be executed like `build`.
 */
export function writeRecipe(
  repository: string,
  name: string,
  files: Readonly<Record<string, string | undefined>> = {},
): string {
  const directory = join(repository, name)
  makeDirectory(directory)
  const all: Record<string, string | undefined> = {
    build: '#!/bin/sh -e\n\nmake DESTDIR="$1" install\n',
    version: '1.0 1\n',
    ...files,
  }
  for (const [file, text] of Object.entries(all)) {
    if (text === undefined) continue
    const path = join(directory, file)
    makeDirectory(dirname(path))
    writeFileAtomic(path, text, executables.includes(file) ? 0o755 : 0o644)
  }
  return directory
}

const executables: readonly string[] = ['build', 'post-install', 'pre-remove', 'post_install']
