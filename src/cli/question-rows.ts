import type { CommandRow } from './command-table.ts'

/** Commands that answer questions about packages and change nothing. */
export const questionRows: readonly CommandRow[] = []
