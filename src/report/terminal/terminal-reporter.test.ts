import { expect, test } from 'bun:test'
import type { Event } from '../../events/event.ts'
import { renderEvent } from './event-lines.ts'
import { terminalStyle } from './style.ts'
import { createTerminalReporter } from './terminal-reporter.ts'

const plain = terminalStyle({}, false)

function written(isLive: boolean, events: readonly Event[]): string {
  let text = ''
  const reporter = createTerminalReporter({
    style: plain,
    write: (piece) => {
      text += piece
    },
    columns: () => 80,
    isLive,
  })
  for (const event of events) reporter.report(event)
  reporter.close()
  return text
}

const download: readonly Event[] = [
  { kind: 'fetch-started', package: 'xz', url: 'https://x.test/xz.tar.gz' },
  { kind: 'fetch-progress', package: 'xz', url: 'https://x.test/xz.tar.gz', receivedBytes: 10, totalBytes: 20 },
  { kind: 'fetch-finished', package: 'xz', url: 'https://x.test/xz.tar.gz', sizeBytes: 20, durationMs: 1500 },
]

test('without a terminal there are only lines: no progress, no escape sequences', () => {
  expect(written(false, download)).toBe('-> xz fetching https://x.test/xz.tar.gz\n-> xz fetched 20 B in 1.5 s\n')
})

test('on a terminal the progress line is erased before the next line and at the end', () => {
  const text = written(true, download)

  expect(text).toContain('10 B of 20 B')
  expect(text).toEndWith('\r\x1b[K-> xz fetched 20 B in 1.5 s\n')
  expect(written(true, download.slice(0, 2))).toEndWith('\r\x1b[K')
})

test('what a package prints of itself cannot move the cursor', () => {
  const line = renderEvent({ kind: 'source-found', package: 'x', source: 'a\x1b[2Jb', path: '/a' }, plain)

  expect(line).toBe('-> x found a\\x1b[2Jb\n')
})

test('a mismatch shows what was expected above what came', () => {
  const event = {
    kind: 'checksum-compared',
    package: 'x',
    source: 'f',
    expected: 'aa',
    actual: 'bb',
    isMatch: false,
  } as const

  expect(renderEvent(event, plain)).toBe('- aa\n+ bb  f\n')
})

test('the plan is numbered, with what is built already before it, and says who gets the network', () => {
  const steps = [
    { package: 'zlib', reason: 'implicit', hasNetwork: true },
    { package: 'pigz', reason: 'explicit', hasNetwork: false },
  ] as const
  const event: Event = { kind: 'plan-made', explicit: ['pigz'], implicit: ['zlib'], steps, cached: ['xz'] }

  expect(renderEvent(event, plain)).toBe(
    '-> xz already built, will be used\n-> zlib (1/2) will build (implicit) with the network of this host\n-> pigz (2/2) will build (explicit)\n',
  )
})

test('colours need a terminal and nobody who objects', () => {
  expect(terminalStyle({}, true).name('x')).toBe('\x1b[1;34mx\x1b[m')
  expect(terminalStyle({ NO_COLOR: '1' }, true).name('x')).toBe('x')
  expect(terminalStyle({ KISS_COLOR: '0' }, true).name('x')).toBe('x')
  expect(terminalStyle({}, false).name('x')).toBe('x')
})

test('output that ends in the middle of a line is neither drawn over nor glued to what follows', () => {
  const started: Event = { kind: 'build-started', package: 'p', version: '1', index: 1, total: 1, reason: 'explicit' }
  const text = written(true, [
    started,
    { kind: 'build-output', package: 'p', text: 'checking... ' },
    { kind: 'build-output', package: 'p', text: 'yes' },
    { kind: 'notice', level: 'info', text: 'told' },
  ])

  expect(text).toContain('checking... yes\n-> told\n')
})

test('builds at the same time are told apart by names, and what runs is drawn below', () => {
  const events: readonly Event[] = [
    { kind: 'schedule-started', packages: ['one', 'two'], jobs: 2, tokens: 2 },
    { kind: 'build-started', package: 'one', version: '1', index: 1, total: 2, reason: 'explicit' },
    { kind: 'build-started', package: 'two', version: '1', index: 2, total: 2, reason: 'explicit' },
    { kind: 'build-output', package: 'one', text: 'half a ' },
    { kind: 'build-output', package: 'two', text: 'whole\nrest' },
    { kind: 'build-output', package: 'one', text: 'line\n' },
    { kind: 'build-failed', package: 'two', log: '/log' },
  ]

  expect(written(false, events)).toEndWith('two | whole\none | half a line\ntwo | rest\n-> two log stored at /log\n')
  expect(written(true, events)).toContain('two | whole\n[0/2] one 0 s, two 0 s')
  expect(written(true, events)).toEndWith('\r\x1b[K')
})

test('what became of a plan is told in full at its end', () => {
  const ended: Event = {
    kind: 'schedule-ended',
    built: ['a'],
    failed: ['b', 'c'],
    lost: [
      { package: 'd', because: 'b' },
      { package: 'e', because: 'b' },
    ],
    left: ['f'],
  }

  expect(renderEvent(ended, plain)).toBe(
    [
      '-> built 1: a',
      '-> failed 2: b c',
      '-> not built because of b, 2: d e',
      '-> not started or not finished 1: f',
      '',
    ].join('\n'),
  )
})
