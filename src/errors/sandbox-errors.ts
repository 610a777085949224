import { entry } from './entry.ts'

export const sandboxErrors = {} as const
