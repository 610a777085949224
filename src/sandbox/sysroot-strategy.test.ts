import { expect, test } from 'bun:test'
import { chooseStrategy, type StrategyProbe } from './sysroot-strategy.ts'

/** A kernel that has overlayfs from the start, loads it when asked, or does not have it. */
function probe(overlay: 'built in' | 'module' | 'missing'): StrategyProbe & { asked: number } {
  const kernel = {
    asked: 0,
    fileSystems: () =>
      overlay === 'built in' || (overlay === 'module' && kernel.asked > 0)
        ? 'nodev\tproc\nnodev\toverlay\n\text4\n'
        : 'nodev\tproc\n\text4\nnodev\toverlayish\n',
    askForOverlay: async () => {
      kernel.asked++
    },
  }
  return kernel
}

test('chooseStrategy() takes what the user says, and asks nobody', async () => {
  const kernel = probe('missing')

  expect(await chooseStrategy('overlay', kernel)).toBe('overlay')
  expect(await chooseStrategy('links', kernel)).toBe('links')
  expect(kernel.asked).toBe(0)
})

test('chooseStrategy() takes overlays where the kernel has them or loads them, links elsewhere', async () => {
  const [builtIn, module, missing] = [probe('built in'), probe('module'), probe('missing')]

  expect(await chooseStrategy('auto', builtIn)).toBe('overlay')
  expect(builtIn.asked).toBe(0)
  expect(await chooseStrategy('auto', module)).toBe('overlay')
  expect(await chooseStrategy('auto', missing)).toBe('links')
})
