import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareDirectoryOrders } from './directory-order.ts'

test('compareDirectoryOrders() counts what both have, as the kernel lists it, and follows no link', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-order-'))
  try {
    const [one, other] = [join(scratch, 'one'), join(scratch, 'other')]
    for (const place of [one, other]) {
      mkdirSync(join(place, 'inner'), { recursive: true })
      for (const name of ['a', 'b', 'c']) writeFileSync(join(place, 'inner', name), '')
      symlinkSync('..', join(place, 'inner', 'up'))
    }
    writeFileSync(join(one, 'alone'), '')
    const [first, second] = [one, other].map((place) => readdirSync(join(place, 'inner')).join())

    expect(compareDirectoryOrders(one, other)).toEqual({ compared: 1, different: first === second ? 0 : 1 })
    expect(compareDirectoryOrders(one, join(scratch, 'nowhere'))).toEqual({ compared: 0, different: 0 })
  } finally {
    rmSync(scratch, { recursive: true })
  }
})
