import { isFile, readText } from './files.ts'

export interface Account {
  readonly id: number
  /** As `ls -l` shows it: the number where nobody is called so. */
  readonly name: string
  /** Its primary group; undefined where nobody is called so. */
  readonly group: number | undefined
  readonly home: string | undefined
}

/** The account of a user id, by /etc/passwd (passwd(5)). */
export function accountOf(id: number): Account {
  for (const line of isFile(accountsFile) ? readText(accountsFile).split('\n') : []) {
    const [name, , number, group, , home] = line.split(':')
    if (name !== undefined && name !== '' && number === String(id) && /^\d+$/.test(group ?? ''))
      return { id, name, group: Number(group), home: home || undefined }
  }
  return { id, name: String(id), group: undefined, home: undefined }
}

const accountsFile = '/etc/passwd'
