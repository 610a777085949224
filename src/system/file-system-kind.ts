import { statfsSync } from 'node:fs'
import { failed } from './failure.ts'

/** Whether `path` is in an overlay, which the kernel stacks only so high. Throws `io-failed`. */
export function isOverlay(path: string): boolean {
  const overlayMagic = 0x794c7630
  try {
    return statfsSync(path).type === overlayMagic
  } catch (error) {
    throw failed('look at', path, error)
  }
}
