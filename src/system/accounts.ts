import { isFile, readText } from './files.ts'

export interface Account {
  readonly id: number
  /** As `ls -l` shows it: the number where nobody is called so. */
  readonly name: string
  readonly home: string | undefined
}

/** The account of a user id, by /etc/passwd (passwd(5)). */
export function accountOf(id: number): Account {
  for (const line of isFile(accountsFile) ? readText(accountsFile).split('\n') : []) {
    const [name, , number, , , home] = line.split(':')
    if (name !== undefined && name !== '' && number === String(id)) return { id, name, home: home || undefined }
  }
  return { id, name: String(id), home: undefined }
}

const accountsFile = '/etc/passwd'
