import type { LinkedLibrary, MadeLibrary, MadePackage, MadeProgram } from './generate.ts'

/**
 * The build script of a made package, as kith runs it and as it runs by itself: what it is linked with lies below `$SYSROOT`. Its files
 * come from the real linker; they hold nothing but what they are called and what they need, since nothing else is looked at.
 */
export function buildScript(made: MadePackage): string {
  const directories = [...new Set(made.libraries.map(({ directory }) => directory))]
  return [
    '#!/bin/sh -e',
    ...directories.map((directory) => `mkdir -p "$1${directory}"`),
    `mkdir -p "$1/usr/bin" "$1/usr/share/${made.name}"`,
    `echo ${made.version} >"$1/usr/share/${made.name}/version"`,
    `printf '.globl stub\\nstub: .byte ${made.version}\\n' | as -o stub.o`,
    ...made.libraries.map((library) => linkLibrary(library)),
    ...made.programs.map((program) => linkProgram(program, made)),
    '',
  ].join('\n')
}

function linkLibrary({ name, major, directory, needs, symbols, isOnlyForLoader }: MadeLibrary): string {
  const file = `lib${name}.so.${major}`
  const named = [name, ...symbols.map((symbol) => `${name}_${symbol}`)].map((symbol) => `--defsym ${symbol}=stub`)
  const options = ['-shared', `-soname ${file}`, ...named, linkOptions(needs, directory)]
  const link = isOnlyForLoader === true ? [] : [`ln -s ${file} "$1${directory}/lib${name}.so"`]
  return [`ld -o "$1${directory}/${file}" stub.o ${options.join(' ')}`, ...link].join('\n')
}

function linkProgram({ name, needs }: MadeProgram, made: MadePackage): string {
  const isOf = (one: LinkedLibrary) => (need: LinkedLibrary) =>
    need.name === one.name && need.directory === one.directory
  const own = made.libraries.filter((one) => needs.some(isOf(one)))
  // One that is only there for the loader is linked by its file.
  const files = own
    .filter((one) => one.isOnlyForLoader === true)
    .map((one) => `"$1${one.directory}/lib${one.name}.so.${one.major}"`)
  const others = needs.filter((need) => !own.some((one) => isOf(one)(need) && one.isOnlyForLoader === true))
  const paths = own.map((one) => `-L"$1${one.directory}"`)
  const options = ['-pie', '-e stub', ...paths, linkOptions(others, '/usr/bin', needs), ...files]
  return `ld -o "$1/usr/bin/${name}" stub.o ${options.join(' ')}`
}

/** `from`: the directory of the file; where a library is in a directory of its own, the file is told relative to itself. */
function linkOptions(linked: readonly LinkedLibrary[], from: string, searched = linked): string {
  const all = [...new Set(linked.map(({ directory }) => directory))]
  const apart = [...new Set(searched.map(({ directory }) => directory))].filter((one) => !/^\/usr\/lib(64)?$/.test(one))
  const up = from
    .split('/')
    .slice(2)
    .map(() => '..')
    .join('/')
  const runpath = apart.map((directory) => `-rpath '$ORIGIN/${up}/${directory.slice('/usr/'.length)}'`)
  return [
    ...all.map((directory) => `-L"$SYSROOT${directory}"`),
    ...runpath,
    '--enable-new-dtags --no-as-needed --allow-shlib-undefined',
    ...linked.map(({ name }) => `-l${name}`),
  ].join(' ')
}
