import { join } from 'node:path'
import { parseArtifactName } from '../model/artifact-name.ts'
import type { CacheEntry, CacheKind } from '../model/cache-entry.ts'
import { openTreeUse } from '../system/disk-use.ts'
import { fileInfo, linkInfo, readDirectory } from '../system/files.ts'

type Found = Omit<CacheEntry, 'sizeBytes'>

/** All that can go from the cache by itself, each with its size on the disk. Throws `io-failed`. */
export function listCache(cacheDirectory: string): CacheEntry[] {
  const measure = openTreeUse()
  const find = finder(cacheDirectory)
  const found = [
    ...listArtifacts(cacheDirectory),
    ...find('sources', 'sources', 2),
    ...find('kith/partial', 'partial', 1),
    ...find('kith/rejected', 'partial', 2),
    ...find('kith/failed', 'failed', 0),
    ...find('kith/layers', 'layers', 1),
    ...find('kith/farms', 'layers', 1),
    ...find('logs', 'logs', 2),
    ...find('kith/recipes', 'recipes', 1),
    ...['plans', 'timings', 'substituters', 'pages'].flatMap((name) => find(`kith/${name}`, 'records', 1)),
    ...['contents', 'durations', 'apt'].flatMap((name) => find(`kith/${name}`, 'records', 0)),
  ]
  return found.map((entry) => {
    const sizeBytes = entry.paths.reduce((sum, path) => sum + measure(join(cacheDirectory, path)), 0)
    return { ...entry, sizeBytes }
  })
}

/** Gives what is `depth` levels below a place: for a depth of 2 `sources/zlib/zlib-1.3.1.tar.gz`. */
function finder(cacheDirectory: string): (place: string, kind: CacheKind, depth: 0 | 1 | 2) => Found[] {
  const find = (place: string, kind: CacheKind, depth: number, name: string): Found[] => {
    const info = linkInfo(join(cacheDirectory, place))
    if (info === undefined) return []
    if (depth > 0 && info.kind === 'directory')
      return namesIn(cacheDirectory, place).flatMap((next) =>
        find(`${place}/${next}`, kind, depth - 1, name === '' ? next : `${name}/${next}`),
      )
    if (depth > 0 && name === '') return []
    const beside = kind === 'sources' ? [`kith/${place}`] : []
    return [
      {
        kind,
        name: name || place.slice('kith/'.length),
        package: packageOf(kind, name),
        madeMs: info.mtimeMs,
        paths: [place, ...beside],
      },
    ]
  }
  return (place, kind, depth) => find(place, kind, depth, '')
}

function packageOf(kind: CacheKind, name: string): string | undefined {
  switch (kind) {
    case 'sources':
      return name.split('/')[0]
    case 'layers':
      return /^(.+)-[0-9a-f]{16,}$/.exec(name)?.[1]
    case 'logs':
      return /\/(.+)-\d{4}-\d\d-\d\d-\d\d:\d\d-[^-]*$/.exec(name)?.[1]
    case 'recipes':
      return name
    case 'artifacts':
    case 'earlier':
    case 'failed':
    case 'partial':
    case 'records':
      return undefined
  }
}

function namesIn(cacheDirectory: string, place: string): string[] {
  return readDirectory(join(cacheDirectory, place)) ?? []
}

/** A version in `bin` with what stands beside it and its link among those by key; then those by key that have none there. */
function listArtifacts(cacheDirectory: string): Found[] {
  const names = namesIn(cacheDirectory, 'bin')
  const inBin = names.filter((name) => parseArtifactName(name) !== undefined)
  const keyed = namesIn(cacheDirectory, 'kith/by-key').map((key) => findKeyed(cacheDirectory, key))
  const taken = new Set<Keyed>()
  const artifacts = inBin.map((name): Found => {
    const info = fileInfo(join(cacheDirectory, 'bin', name))
    const same = keyed.filter(({ inode }) => inode !== undefined && inode === info?.inode)
    for (const one of same) taken.add(one)
    const beside = names.filter((other) => other.startsWith(`${name}.`) && parseArtifactName(other) === undefined)
    return {
      kind: 'artifacts',
      name,
      package: parseArtifactName(name)?.name,
      madeMs: info?.mtimeMs ?? 0,
      paths: [...[name, ...beside].map((file) => `bin/${file}`), ...same.flatMap(({ paths }) => paths)],
    }
  })
  const others = keyed.filter((one) => !taken.has(one)).map(earlierOf)
  return [...artifacts, ...others]
}

interface Keyed {
  readonly key: string
  readonly file: string | undefined
  readonly inode: number | undefined
  readonly madeMs: number
  /** Its record stays: it tells what came out, so that nothing is built again because the tarball is gone. */
  readonly paths: readonly string[]
}

function findKeyed(cacheDirectory: string, key: string): Keyed {
  const place = `kith/by-key/${key}`
  const names = namesIn(cacheDirectory, place)
  const file = names.find((name) => parseArtifactName(name) !== undefined)
  const info = fileInfo(join(cacheDirectory, place, file ?? 'record'))
  const others = names.filter((name) => name !== file && name !== 'record')
  return {
    ...{ key, file, inode: file === undefined ? undefined : info?.inode, madeMs: info?.mtimeMs ?? 0 },
    paths: file === undefined ? [place] : [file, ...others].map((name) => `${place}/${name}`),
  }
}

function earlierOf({ key, file, madeMs, paths }: Keyed): Found {
  return file === undefined
    ? { kind: 'records', name: `by-key/${key}`, package: undefined, madeMs, paths }
    : { kind: 'earlier', name: `${file} ${key.slice(0, 12)}`, package: parseArtifactName(file)?.name, madeMs, paths }
}
