import { KithError } from '../../errors/kith-error.ts'

/**
 * Passes a zstd stream on and throws `archive-invalid` where it ends inside a frame or something else follows a frame:
 * node:zlib takes both for a good end. Looks at frame and block headers only. Source: RFC 8878.
 */
export async function* wholeZstdFrames(source: AsyncIterable<Uint8Array>, archive: string): AsyncGenerator<Uint8Array> {
  const state: FrameState = {
    archive,
    expects: 'magic',
    collected: [],
    skip: 0,
    hasChecksum: false,
    frames: 0,
  }
  for await (const chunk of source) {
    follow(state, chunk)
    yield chunk
  }
  const isWhole = state.expects === 'magic' && state.collected.length === 0 && state.skip === 0 && state.frames > 0
  if (!isWhole) throw new KithError('archive-invalid', { archive, reason: 'its compressed data is truncated' })
}

const fieldBytes = { magic: 4, 'skippable-size': 4, descriptor: 1, block: 3 } as const

interface FrameState {
  readonly archive: string
  /** What comes after `skip` bytes that do not matter. */
  expects: 'magic' | 'descriptor' | 'block' | 'skippable-size'
  collected: number[]
  skip: number
  hasChecksum: boolean
  frames: number
}

function follow(state: FrameState, chunk: Uint8Array): void {
  for (let position = 0; position < chunk.length; ) {
    if (state.skip > 0) {
      const skipped = Math.min(state.skip, chunk.length - position)
      state.skip -= skipped
      position += skipped
      continue
    }
    state.collected.push(chunk[position++] ?? 0)
    if (state.collected.length < fieldBytes[state.expects]) continue
    const value = state.collected.reduceRight((sum, byte) => sum * 256 + byte, 0)
    state.collected = []
    state.expects = takeField(state, value)
  }
}

/** Takes one field's value and gives what comes next. */
function takeField(state: FrameState, value: number): FrameState['expects'] {
  switch (state.expects) {
    case 'magic':
      if (value === 0xfd2fb528) return 'descriptor'
      if (value >= 0x184d2a50 && value <= 0x184d2a5f) return 'skippable-size'
      throw new KithError('archive-invalid', {
        archive: state.archive,
        reason: state.frames === 0 ? 'it is not compressed by zstd' : 'something else follows its compressed data',
      })
    case 'skippable-size':
      state.frames++
      state.skip = value
      return 'magic'
    case 'descriptor':
      state.hasChecksum = (value & 0x04) !== 0
      state.skip = headerRest(value)
      return 'block'
    case 'block': {
      const isLast = (value & 1) !== 0
      const isRepeatedByte = ((value >> 1) & 3) === 1
      state.skip = isRepeatedByte ? 1 : value >> 3
      if (!isLast) return 'block'
      if (state.hasChecksum) state.skip += 4
      state.frames++
      return 'magic'
    }
  }
}

/** Bytes of a frame header after its descriptor: window, dictionary, content size. */
function headerRest(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeFlag = descriptor >> 6
  const contentSize = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize
}
