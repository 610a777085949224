import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { buildElf, type ElfRecipe } from './elf-fixtures.ts'
import { type ElfFile, parseElf } from './parse-elf.ts'

function parsed(bytes: Uint8Array): ElfFile {
  const reading = parseElf(bytes)
  if (reading.kind !== 'elf') throw new Error(JSON.stringify(reading))
  return reading.elf
}

for (const bits of [32, 64] as const)
  for (const byteOrder of ['little', 'big'] as const)
    test(`parseElf() reads ${bits} bits, ${byteOrder} end first, without sections`, () => {
      const recipe: ElfRecipe = {
        class: bits,
        byteOrder,
        machine: 8,
        needed: ['libz.so.1', 'lib\xff.so'],
        soname: 'libme.so.2',
        rpath: '/a',
        runpath: '$ORIGIN/../lib:/b',
        interpreter: '/lib/ld.so.1',
      }
      expect(parsed(buildElf(recipe))).toEqual({
        ...{ class: bits, byteOrder, type: 'shared', machine: 8, isStripped: true, interpreter: '/lib/ld.so.1' },
        ...{ needed: ['libz.so.1', 'lib\xff.so'], soname: 'libme.so.2', rpath: '/a', runpath: '$ORIGIN/../lib:/b' },
      })
    })

const compiler = Bun.which('cc')

function compile(...options: readonly string[]): ElfFile {
  const directory = mkdtempSync(join(tmpdir(), 'kith-elf-'))
  try {
    writeFileSync(
      join(directory, 'a.c'),
      'double sqrt(double); int main(int n, char **v) { return (int)sqrt(n) + v[0][0]; }\n',
    )
    const { exitCode, stderr } = Bun.spawnSync(['cc', ...options, '-o', 'a', 'a.c', '-lm'], { cwd: directory })
    if (exitCode !== 0) throw new Error(`cc failed: ${stderr}`)
    return parsed(readFileSync(join(directory, 'a')))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

test.skipIf(compiler === null)('parseElf() reads a program of the host, with symbols and stripped', () => {
  const program = compile('-fno-builtin')
  expect(program.needed.some((name) => name.startsWith('libc.'))).toBe(true)
  expect(program.interpreter).toStartWith('/')
  expect(program).toMatchObject({
    isStripped: false,
    type: expect.stringMatching(/executable|shared/),
    soname: undefined,
  })
  expect(compile('-s', '-no-pie')).toMatchObject({ isStripped: true, type: 'executable' })
})

test.skipIf(compiler === null)('parseElf() reads names and search paths of a shared library of the host', () => {
  const search = '-Wl,-rpath,$ORIGIN/../lib:/opt/lib'
  const library = compile('-shared', '-fPIC', '-Wl,-soname,libmine.so.3', '-Wl,--enable-new-dtags', search)
  expect(library).toMatchObject({
    type: 'shared',
    soname: 'libmine.so.3',
    runpath: '$ORIGIN/../lib:/opt/lib',
    rpath: undefined,
  })
  expect(library.interpreter).toBeUndefined()
  expect(compile('-Wl,--disable-new-dtags', '-Wl,-rpath,/opt')).toMatchObject({ rpath: '/opt', runpath: undefined })
})

test.skipIf(compiler === null)('parseElf() finds nothing needed in objects', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kith-elf-'))
  writeFileSync(join(directory, 'a.c'), 'int f(void) { return 1; }\n')
  Bun.spawnSync(['cc', '-c', 'a.c'], { cwd: directory })
  expect(parsed(readFileSync(join(directory, 'a.o')))).toMatchObject({
    type: 'relocatable',
    needed: [],
    isStripped: false,
  })
  rmSync(directory, { recursive: true, force: true })
})

test('parseElf() knows what is no ELF file, and what is a damaged one', () => {
  expect(parseElf(new Uint8Array(0)).kind).toBe('no-elf')
  expect(parseElf(Buffer.from('#!/bin/sh\necho something\n')).kind).toBe('no-elf')
  const whole = buildElf({ class: 64, byteOrder: 'little', needed: ['libz.so.1'] })
  for (const length of [16, 63, 100, 1100, 4097, 4100]) expect(parseElf(whole.subarray(0, length)).kind).toBe('damaged')
  const isOutside = buildElf({ class: 64, byteOrder: 'little', needed: ['libz.so.1'] })
  new DataView(isOutside.buffer).setBigUint64(1024 + 8, 2n ** 63n, true)
  expect(parseElf(isOutside)).toEqual({ kind: 'damaged', reason: 'a library it needs has an impossible name' })
  const isUnknown = Uint8Array.from(whole)
  isUnknown[4] = 7
  expect(parseElf(isUnknown).kind).toBe('damaged')
})

test('parseElf() asks its source for nothing outside, and for little of a large file', () => {
  const bytes = buildElf({ class: 32, byteOrder: 'big', needed: ['a'] })
  for (const sizeBytes of [bytes.length, 4100, 3000, 1030, 60, 20]) {
    let asked = 0
    parseElf({
      sizeBytes,
      read: (offset, length) => {
        expect(offset + length).toBeLessThanOrEqual(sizeBytes)
        asked += length
        return bytes.subarray(offset, offset + length)
      },
    })
    expect(asked).toBeLessThan(bytes.length)
  }
})

test('parseElf() reads no name from behind the string table', () => {
  const bytes = buildElf({ class: 64, byteOrder: 'little', needed: ['a'] })
  // What follows the table could be anything.
  bytes.fill(0x41, 4096 + 3, 4096 + 20)
  new DataView(bytes.buffer).setBigUint64(1024 + 8, 5n, true)
  expect(parseElf(bytes).kind).toBe('damaged')
})

test('parseElf() never throws and always ends, whatever the bytes', () => {
  const order = fc.constantFrom('little', 'big')
  const bits = fc.constantFrom(32, 64)
  const changes = fc.array(
    fc.tuple(fc.oneof(fc.nat(250), fc.integer({ min: 1024, max: 1200 }), fc.nat(8191)), fc.nat(255)),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(bits, order, changes, fc.nat(8192), (one, two, tampering, length) => {
      const bytes = buildElf({
        class: one,
        byteOrder: two,
        needed: ['liba.so'],
        runpath: '$ORIGIN',
        interpreter: '/ld',
      })
      for (const [offset, byte] of tampering) bytes[offset] = byte
      expect(['elf', 'no-elf', 'damaged']).toContain(parseElf(bytes).kind)
      parseElf(bytes.subarray(0, length))
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      (rest) => void parseElf(Buffer.concat([Buffer.from('\x7fELF\x02\x01', 'latin1'), rest])),
    ),
  )
})
