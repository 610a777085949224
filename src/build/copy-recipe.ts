import { copyTree } from '../system/tree.ts'
import { givePlainModes } from './plain-modes.ts'
import { refusePrivateRecipe } from './refuse-private.ts'

/**
 * Copies a recipe with what its links point to, and plain modes. Throws `recipe-reads-private`, `io-failed`.
 */
export function copyRecipe(from: string, to: string): void {
  refusePrivateRecipe(from)
  copyTree(from, to, { dereference: true })
  givePlainModes(to, to)
}
