import { readEntry } from './recipe-directory.ts'

/** The line, counted from 1, of the depends file in `directory` that names `dependency`. */
export function findDependsLine(directory: string, dependency: string): number | undefined {
  const { text = '' } = readEntry({ path: directory, entries: new Set(['depends']) }, 'depends')
  const index = text.split('\n').findIndex((line) => line.trim().split(/\s+/)[0] === dependency)
  return index < 0 ? undefined : index + 1
}
