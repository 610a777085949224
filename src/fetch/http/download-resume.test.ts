import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { isFile, readText } from '../../system/files.ts'
import { openBench } from '../fetch-fixture.ts'
import { content, get, partialOf, received } from './download-fixture.ts'
import { ranged, serve, type TestAnswer } from './server-fixture.ts'

describe('download() goes on where it was cut', () => {
  test('by Range and If-Range, in one run', async () => {
    using bench = openBench()
    using server = serve((request) => ranged(request, content, { etag: '"1"', cutAfter: 1000 }))

    expect(await get(bench, `${server.url}/x`, { attempts: 2 })).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
    expect(server.requests.map(({ headers }) => headers.get('range'))).toEqual([
      undefined,
      'bytes=1000-',
      'bytes=2000-',
      'bytes=3000-',
    ])
    expect(isFile(`${partialOf(bench)}.json`)).toBe(false)
  })

  test('in the next run, after an interruption', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      ranged(request, content, index === 0 ? { etag: '"1"', cutAfter: 1000 } : { etag: '"1"' }),
    )
    await get(bench, `${server.url}/x`, { attempts: 1 })
    expect(received(bench)).toBe(content.slice(0, 1000))

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
    expect(server.requests[1]?.headers.get('range')).toBe('bytes=1000-')
  })

  test('in the next run, after a process that was killed', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      index === 0
        ? { ...ranged(request, content, { etag: '"1"', cutAfter: 1000 }), ending: 'silence' }
        : ranged(request, content, { etag: '"1"' }),
    )
    const script = `import { download } from ${JSON.stringify(join(import.meta.dir, 'download.ts'))}
const request = { url: '${server.url}/x', partialPath: '${partialOf(bench)}', hasChecksum: false, package: 'zlib', shownUrl: '' }
const settings = { attempts: 1, connectTimeoutMs: 9000, stallTimeoutMs: 9000, retryDelayMs: 1 }
await download(request, settings, { emit: () => console.log('progress'), signal: new AbortController().signal })`
    const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'inherit' })
    await child.stdout.getReader().read()
    child.kill('SIGKILL')
    await child.exited

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
    expect(server.requests[1]?.headers.get('range')).toBe('bytes=1000-')
  })

  test('but anew when the server ignores Range', async () => {
    using bench = openBench()
    using server = serve((_, index) => ({
      headers: { etag: '"1"' },
      body: content,
      ...(index === 0 ? { cutAfter: 1000 } : {}),
    }))

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
  })

  test('but anew when the file has changed', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      index === 0
        ? ranged(request, 'old '.repeat(500), { etag: '"old"', cutAfter: 1000 })
        : ranged(request, content, { etag: '"new"' }),
    )

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
  })

  test('but anew when a server that ignores If-Range sends the rest of another file', async () => {
    using bench = openBench()
    using server = serve((request, index): TestAnswer => {
      if (index === 0) return ranged(request, 'old '.repeat(500), { etag: '"old"', cutAfter: 1000 })
      if (index > 1) return ranged(request, content, { etag: '"new"' })
      const contentRange = `bytes 1000-${content.length - 1}/${content.length}`
      return { status: 206, headers: { etag: '"new"', 'content-range': contentRange }, body: content.slice(1000) }
    })

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
  })

  test('but anew without a strong validator, and when the server answers 416', async () => {
    using bench = openBench()
    using weak = serve((_, index) => ({
      headers: { etag: 'W/"1"' },
      body: content,
      ...(index === 0 ? { cutAfter: 1000 } : {}),
    }))
    expect(await get(bench, `${weak.url}/x`)).toEqual({ kind: 'complete' })
    expect(weak.requests[1]?.headers.get('range')).toBeUndefined()
    expect(received(bench)).toBe(content)

    using shrunk = serve((request, index) =>
      index === 1
        ? { status: 416 }
        : ranged(request, content, { etag: '"1"', ...(index === 0 ? { cutAfter: 900 } : {}) }),
    )
    expect(await get(bench, `${shrunk.url}/x`)).toEqual({ kind: 'complete' })
    expect(received(bench)).toBe(content)
  })

  test('but not with bytes of another URL, nor with bytes that a power cut may have spoilt', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      ranged(request, content, index % 2 === 0 ? { etag: '"1"', cutAfter: 1000 } : { etag: '"1"' }),
    )
    await get(bench, `${server.url}/x`, { attempts: 1 })
    await get(bench, `${server.url}/y`)
    expect(server.requests[1]?.headers.get('range')).toBeUndefined()

    await get(bench, `${server.url}/x`, { attempts: 1 })
    const record = JSON.parse(readText(`${partialOf(bench)}.json`))
    bench.write('partial/x.json', JSON.stringify({ ...record, bootId: 'an earlier boot', syncedBytes: 700 }))
    await get(bench, `${server.url}/x`)

    expect(server.requests[3]?.headers.get('range')).toBe('bytes=700-')
    expect(received(bench)).toBe(content)
  })
})
