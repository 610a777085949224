import { beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { protections } from '../../src/sandbox/protections.ts'
import { type Attempt, levers, settings, themes } from './attempt.ts'
import { attempts } from './attempts.ts'
import type { Equipment } from './bench.ts'
import { possibleModes, runAttempts, whyNot } from './run-attempts.ts'
import { compareTable, renderTable } from './table.ts'
import { type Trial, tryAttempt } from './try-attempt.ts'

// All of it, with every protection dropped in turn: npm run test:escape.
const obstacle = whyNot()
const sandboxed = test.skipIf(obstacle !== undefined)
const title = (text: string): string => (obstacle === undefined ? text : `${text} (skipped: ${obstacle})`)
const [mode = 'user'] = possibleModes

const findingsOf = (trials: readonly Trial[]): string[] =>
  trials.flatMap((trial) =>
    trial.kind === 'tried'
      ? trial.findings.map((one) => `${trial.setting.mode}, ${trial.setting.strategy}: ${trial.name}: ${one}`)
      : [],
  )

describe(`in the sandbox of ${mode === 'root' ? 'root' : 'an ordinary user'}`, () => {
  let trials: readonly Trial[] = []
  beforeAll(async () => {
    if (obstacle === undefined)
      trials = await runAttempts({ settings: [{ mode, strategy: 'overlay' }], depth: 'first' })
  }, 60_000)

  for (const theme of themes) {
    const names = attempts.filter((attempt) => attempt.theme === theme).map(({ name }) => name)
    sandboxed(title(`${names.length} attempts at ${theme} fail`), () => {
      const ofTheme = trials.filter(({ name }) => names.includes(name))

      expect(ofTheme.length).toBe(names.length)
      expect(findingsOf(ofTheme)).toEqual([])
    })
  }
})

sandboxed(
  title('attacks succeed once what stops them is dropped, and each of that stops them alone'),
  async () => {
    const matching = ['truncate a file of a layer', 'the loopback of the host (TCP)', 'trace the launcher', 'BPF']
    const possible = settings.filter((setting) => possibleModes.includes(setting.mode))
    const trials = await runAttempts({ settings: possible, depth: 'all', matching })

    expect(trials.filter(({ kind }) => kind === 'tried').length).toBe(matching.length * possible.length)
    expect(findingsOf(trials)).toEqual([])
  },
  60_000,
)

test('there are at least sixty attempts for root and for an ordinary user, with names of their own', () => {
  for (const setting of settings)
    expect(attempts.filter(({ stoppers }) => !('reason' in stoppers(setting))).length).toBeGreaterThan(60)
  expect(new Set(attempts.map(({ name }) => name)).size).toBe(attempts.length)
})

test('every protection is one that stops an attempt', () => {
  const stopping = new Set(
    attempts.flatMap(({ stoppers }) =>
      settings.flatMap((setting) => {
        const found = stoppers(setting)
        return 'reason' in found ? [] : found
      }),
    ),
  )

  expect([...protections, ...levers].filter((one) => !stopping.has(one))).toEqual([])
})

test('docs/sandbox.md has every attempt', () => {
  const text = readFileSync(join(import.meta.dir, '../../docs/sandbox.md'), 'utf8')

  expect(attempts.filter(({ name }) => !text.includes(name)).map(({ name }) => name)).toEqual([])
})

/** Enough for attempts that start no sandbox. */
function fakeEquipment(): Equipment & Disposable {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-try-attempt-'))
  const attack = join(scratch, 'attack')
  writeFileSync(attack, '', { mode: 0o755 })
  return {
    attack,
    library: attack,
    hostEtc: scratch,
    scratch,
    host: { landlockAbi: 0, userMapping: 'none', cgroups: [], sysroot: 'overlay' },
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true }),
  }
}

describe('tryAttempt()', () => {
  const setting = { mode: 'root', strategy: 'overlay' } as const
  const attempt = (run: Attempt['run']): Attempt => ({
    name: 'try',
    theme: 'files',
    stoppers: () => ['seccomp', 'undumpable'],
    run,
  })
  const findings = async (run: Attempt['run']): Promise<readonly string[]> => {
    using equipment = fakeEquipment()
    const trial = await tryAttempt(attempt(run), setting, 'all', equipment)
    return trial.kind === 'tried' ? trial.findings : []
  }

  test('finds nothing where each protection alone stops the attack', async () => {
    expect(await findings(async (_bench, dropped) => dropped.size === 2)).toEqual([])
  })

  test('finds an attack that is not stopped, or not by that protection', async () => {
    expect(await findings(async () => true)).toEqual([
      'with everything: the attack succeeded',
      'with seccomp alone: the attack succeeded',
      'with undumpable alone: the attack succeeded',
    ])
    expect(await findings(async (_bench, dropped) => dropped.has('seccomp'))).toEqual([
      'with undumpable alone: the attack succeeded',
    ])
  })

  test('finds an attack that never succeeds, and takes no crash for a failure of the attack', async () => {
    expect(await findings(async () => false)).toEqual(['without seccomp, undumpable: the attack failed all the same'])
    expect((await findings(() => Promise.reject(new Error('no sandbox'))))[0]).toBe(
      'with everything: this run does not count: no sandbox',
    )
  })
})

test('compareTable() sees a mark that has changed, and no difference in what was not tried', () => {
  const trial = (name: string, stoppers: readonly ['seccomp'] | readonly ['seccomp', 'capabilities']): Trial[] =>
    settings.map((setting) => ({ kind: 'tried', name, setting, stoppers, findings: [], runs: 1, milliseconds: 1 }))
  const [one, other] = attempts.filter(({ theme }) => theme === 'kernel').map(({ name }) => name)
  if (one === undefined || other === undefined) throw new Error('too few attempts')
  const table = renderTable(attempts, [...trial(one, ['seccomp']), ...trial(other, ['seccomp', 'capabilities'])])

  expect(compareTable(table, table)).toEqual([])
  expect(compareTable(table, renderTable(attempts, trial(one, ['seccomp'])))).toEqual([])
  expect(compareTable(table, renderTable(attempts, trial(other, ['seccomp'])))).toEqual([
    `${other}: the table has capabilities ●, seccomp ●, seen was seccomp ●`,
  ])
  expect(compareTable(renderTable(attempts, []), table)).toEqual([
    `not in the table: ${one}`,
    `not in the table: ${other}`,
  ])
})
