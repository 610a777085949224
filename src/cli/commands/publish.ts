import { join, resolve } from 'node:path'
import { artifactDirectory, findArtifact } from '../../build/artifact-cache.ts'
import { type ContentIndex, openContentIndex } from '../../build/content-index.ts'
import { type KeptArtifact, readRecord } from '../../build/kept-artifacts.ts'
import { publishArtifacts } from '../../build/publish-artifacts.ts'
import { makeSigningKey, readSigningKey } from '../../build/signing-key.ts'
import { KithError } from '../../errors/kith-error.ts'
import { parseArtifactName } from '../../model/artifact-name.ts'
import type { PackageName } from '../../model/package-name.ts'
import { readRecipeVersion } from '../../recipe/read-version.ts'
import { findRecipe } from '../../recipe/repositories.ts'
import { readDirectory } from '../../system/files.ts'
import type { Command, Invocation } from '../command.ts'
import { openWorkspace } from '../workspace.ts'

/** Adds built packages, with what they need to run, to a binary repository; without names, all that this kith built. */
export const publish: Command = async (invocation) => {
  const { arguments: words, values, config, context, show } = invocation
  const newKey = values.get('--new-key')
  if (newKey !== undefined) {
    const key = await makeSigningKey(resolve(newKey))
    show(key, { kind: 'signing-key', secret: resolve(newKey), public: key })
    const text = `whoever shall trust it sets KITH_TRUSTED_KEYS=${key}; to sign: KITH_SIGNING_KEY=${resolve(newKey)}`
    context.emit({ kind: 'notice', level: 'info', text })
    return 0
  }
  const [directory, ...names] = words
  if (directory === undefined)
    throw new KithError('missing-argument', { command: 'publish', expected: 'the directory of the binary repository' })
  if (config.signingKey === undefined)
    throw new KithError('signing-key-unusable', { path: 'KITH_SIGNING_KEY', reason: 'it is not set' })
  const key = await readSigningKey(config.signingKey)
  const artifacts = collectArtifacts(names, invocation)
  const { added, total, serial } = await publishArtifacts({ directory: resolve(directory), artifacts, key }, context)
  for (const { file, key: buildKey, sizeBytes } of added)
    show(file, { kind: 'published', file, key: buildKey, sizeBytes })
  const text = `added ${added.length}, ${total} in all: index ${serial} of ${resolve(directory)}`
  context.emit({ kind: 'notice', level: 'info', text })
  return 0
}

/** Those named with what they need to run, or all. Throws `artifact-without-key` for one that has no record. */
function collectArtifacts(
  words: readonly string[],
  { config, context }: Pick<Invocation, 'config' | 'context'>,
): KeptArtifact[] {
  const { cacheDirectory, compression } = config
  const index = openContentIndex(cacheDirectory)
  if (words.length === 0) return everyArtifact(cacheDirectory, index)
  const { names, repositories } = openWorkspace(words, config, process.cwd())
  const found = new Map<PackageName, KeptArtifact>()
  const wanted = new Set(names)
  for (const name of wanted) {
    const directory = findRecipe(name, repositories)
    const version = directory === undefined ? undefined : readRecipeVersion(directory, name)
    const artifact = version && findArtifact(cacheDirectory, name, version, compression)
    const record = artifact === undefined ? undefined : readRecord(artifact, index)
    if (artifact === undefined || record === undefined) {
      if (names.includes(name)) throw new KithError('artifact-without-key', { name })
      const text = `${name} is needed to run what is published, and is not: no artifact of it that this kith built is here`
      context.emit({ kind: 'notice', level: 'warning', text })
      continue
    }
    found.set(name, { artifact, record })
    for (const need of record.needs) wanted.add(need)
  }
  return [...found.values()]
}

function everyArtifact(cacheDirectory: string, index: ContentIndex): KeptArtifact[] {
  const directory = artifactDirectory(cacheDirectory)
  return (readDirectory(directory) ?? []).flatMap((file) => {
    if (parseArtifactName(file) === undefined) return []
    const artifact = join(directory, file)
    const record = readRecord(artifact, index)
    return record === undefined ? [] : [{ artifact, record }]
  })
}
