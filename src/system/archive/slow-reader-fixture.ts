import { compressor, decompressor } from './compress.ts'

/**
 * Run as a process of its own by compress.test.ts, so that nothing else moves the figures: 200 MiB go through a compressor
 * and a decompressor whose reader pauses. Prints how far resident memory rose in the pause, and until the end, in MiB.
 */
const [compression] = process.argv.slice(2)
if (compression !== 'gz' && compression !== 'zst' && compression !== 'xz') throw new Error('which compression?')

const mebibyte = Buffer.alloc(1 << 20, 'some text ')
async function* source(): AsyncGenerator<Uint8Array> {
  for (let given = 0; given < 200; given++) yield Buffer.from(mebibyte)
}
const options = { archive: 'test' }
const stream = decompressor(compression, options)(compressor(compression, options)(source()))
const reader = stream[Symbol.asyncIterator]()
await reader.next()
const before = process.memoryUsage().rss
await Bun.sleep(150)
const paused = process.memoryUsage().rss - before
let total = 0
for (let next = await reader.next(); next.done !== true; next = await reader.next()) total += next.value.length
if (total < 198 << 20) throw new Error(`only ${total} bytes came through`)
const ended = process.memoryUsage().rss - before
process.stdout.write(JSON.stringify([paused, ended].map((bytes) => bytes / (1 << 20))))
