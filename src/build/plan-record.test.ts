import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { findUnfinishedPlan, type PlanRecord, recordPlan } from './plan-record.ts'

let cache: string
beforeEach(() => {
  cache = makeTemporaryDirectory(tmpdir(), 'kith-plans-')
  mkdirSync(join(cache, 'kith/plans'), { recursive: true })
})
afterEach(() => removeTree(cache))

function record(...words: readonly string[]): PlanRecord {
  return { words, directory: '/', options: [], startedMs: 5 }
}

/** As a kith leaves it that has ended. */
function left(name: string, content: unknown, ageSeconds: number): void {
  const path = join(cache, 'kith/plans', name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  utimesSync(path, 1_000_000 - ageSeconds, 1_000_000 - ageSeconds)
}

const files = (): string[] => readdirSync(join(cache, 'kith/plans')).sort()

describe('findUnfinishedPlan()', () => {
  test('finds the newest that can be read', () => {
    left('old', record('old'), 20)
    left('new', record('new'), 10)
    left('cut', '{"words":["c', 5)
    left('foreign', '[]', 1)

    expect(findUnfinishedPlan(cache)?.record).toEqual(record('new'))
  })

  test('finds none in a cache that never had one', () => {
    removeTree(join(cache, 'kith'))

    expect(findUnfinishedPlan(cache)).toBeUndefined()
  })
})

describe('recordPlan()', () => {
  test('a plan that is done leaves no record, nor older ones of what it built', () => {
    left('part', record('one'), 20)
    left('other', record('one', 'three'), 10)
    const open = recordPlan(cache, record('one', 'two'))
    expect(files()).toHaveLength(3)
    open.done()

    expect(files()).toEqual(['other'])
  })

  test('takes the place of the one it goes on with', () => {
    left('resumed', record('one'), 1)
    const open = recordPlan(cache, record('one'), findUnfinishedPlan(cache))

    expect(files()).toHaveLength(1)
    expect(files()).not.toEqual(['resumed'])
    open.done()
  })

  test('keeps no more than eight', () => {
    for (let index = 0; index < 20; index++) left(`plan-${index}`, record(`p${index}`), index)
    recordPlan(cache, record('new')).done()

    expect(files()).toEqual(['plan-0', 'plan-1', 'plan-2', 'plan-3', 'plan-4', 'plan-5', 'plan-6'])
  })
})
