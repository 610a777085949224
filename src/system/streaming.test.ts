import { expect, test } from 'bun:test'
import { runStreaming } from './streaming.ts'

interface Started {
  readonly texts: string[]
  readonly ended: Promise<number>
  readonly abort: AbortController
}

function start(script: string, output?: (text: string) => void): Started {
  const texts: string[] = []
  const abort = new AbortController()
  const ended = runStreaming(['/bin/sh', '-c', script], {
    purpose: 'test',
    stdin: 'ignore',
    environment: { PATH: '/usr/bin:/bin' },
    signal: abort.signal,
    output: (bytes) => {
      texts.push(Buffer.from(bytes).toString())
      output?.(texts.join(''))
    },
    errors: (bytes) => texts.push(`error ${Buffer.from(bytes)}`),
    end: (id) => process.kill(id, 'SIGKILL'),
  })
  return { texts, ended, abort }
}

test('runStreaming() hands on what one program says while dozens of others say nothing', async () => {
  const silent = Array.from({ length: 30 }, () => start('exec sleep 1000'))
  const heard = Promise.withResolvers<void>()
  const talking = start('echo here; exec sleep 1000', () => heard.resolve())

  await heard.promise
  for (const { abort } of [...silent, talking]) abort.abort()
  const statuses = await Promise.all([...silent, talking].map(({ ended }) => ended))

  expect(talking.texts).toEqual(['here\n'])
  expect(new Set(statuses)).toEqual(new Set([137]))
})

test('runStreaming() gives all of a long output, and its status', async () => {
  const { texts, ended } = start('head -c 3000000 /dev/zero | tr "\\0" a; echo end >&2; exit 3')

  expect(await ended).toBe(3)
  expect(texts.filter((text) => text.startsWith('error'))).toEqual(['error end\n'])
  expect(texts.join('').replace('error end\n', '').length).toBe(3_000_000)
})

test('runStreaming() ends a program whose output nobody takes, and throws what the sink threw', async () => {
  const { ended } = start('exec yes', (text) => {
    if (text.length > 100_000) throw new Error('full')
  })

  await expect(ended).rejects.toThrow('full')
})
