import { entry } from './entry.ts'

export const buildErrors = {} as const
