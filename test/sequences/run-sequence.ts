import * as fs from 'node:fs'
import { join } from 'node:path'
import { KithError } from '../../src/errors/kith-error.ts'
import { type PackageName, parsePackageName } from '../../src/model/package-name.ts'
import { bytesText, textTreePath } from '../../src/model/tree-path.ts'
import { listChoices, listPreferred, previewSwaps, swapAlternatives } from '../../src/store/alternatives.ts'
import { type PreviewedChange, previewTransaction } from '../../src/store/apply-transaction.ts'
import { installPackages, previewInstallation } from '../../src/store/install-packages.ts'
import { loadInstalled, readManifest } from '../../src/store/installed-database.ts'
import { previewRemoval, removePackages } from '../../src/store/remove-packages.ts'
import { planReverting, revertTransactions, savedViews } from '../../src/store/revert-transactions.ts'
import { packPackage, type Scratch, scratch, testContext, unpackHere } from '../../src/store/store-fixture.ts'
import { verifyPackages } from '../../src/store/verify-packages.ts'
import { hostPath, walkTree } from '../../src/system/tree.ts'
import { diskTree } from '../../src/system/tree-view.ts'
import { type Command, carryOutInModel, emptyModel, filesOf, type KnownPackage, type Model } from './model.ts'

/** Runs commands on a root and the model side by side; throws an Error that says where they part. Gives how many commands happened. */
export async function runSequence(world: readonly KnownPackage[], commands: readonly Command[]): Promise<number> {
  using at = scratch()
  const artifacts = await packWorld(world, at)
  let past: Model[] = [emptyModel]
  let future: Model[] = []
  let happened = 0
  for (const [index, command] of commands.entries()) {
    const now = past.at(-1) ?? emptyModel
    const expected = expectedAfter(command, { past, future }, world)
    const before = show(at.root)
    const preview = await attempt(() => previewCommand(command, at, artifacts))
    if (JSON.stringify(show(at.root)) !== JSON.stringify(before))
      throw new Error(`command ${index}: a dry run changed something`)
    const failure = await attempt(() => carryOut(command, at, artifacts))
    const where = `command ${index} (${JSON.stringify(command)})`
    if (failure instanceof KithError !== (expected === undefined))
      throw new Error(`${where}: ${failure instanceof KithError ? `refused: ${failure.message}` : 'not refused'}`)
    if (expected === undefined) {
      compare(before, show(at.root), `${where} was refused and changed something`)
      continue
    }
    happened++
    ;[past, future] = remember(command, expected, { past, future })
    if (preview instanceof KithError) throw new Error(`${where}: the dry run was refused: ${preview.message}`)
    comparePreview(preview, before, show(at.root), where)
    await checkRoot(at.root, expected, world, where)
    void now
  }
  return happened
}

interface History {
  readonly past: Model[]
  readonly future: Model[]
}

function expectedAfter(command: Command, { past, future }: History, world: readonly KnownPackage[]): Model | undefined {
  if (command.kind === 'undo') return past.at(-2)
  if (command.kind === 'redo') return future.at(-1)
  return carryOutInModel(past.at(-1) ?? emptyModel, command, world)
}

function remember(command: Command, now: Model, { past, future }: History): [Model[], Model[]] {
  if (command.kind === 'undo') return [past.slice(0, -1), [...future, past.at(-1) ?? emptyModel]]
  if (command.kind === 'redo') return [[...past, now], future.slice(0, -1)]
  return [[...past, now], []]
}

type Artifacts = ReadonlyMap<string, string>

/** The same file in every version of every package has other bytes. */
async function packWorld(world: readonly KnownPackage[], at: Scratch): Promise<Artifacts> {
  const artifacts = new Map<string, string>()
  for (const { name, versions } of world)
    for (const [version, paths] of Object.entries(versions)) {
      const nodes = Object.fromEntries(paths.map((path) => [path, contentOf(name, version, path)]))
      artifacts.set(`${name} ${version}`, await packPackage({ name, version, nodes }, at))
    }
  return artifacts
}

function contentOf(name: string, version: string, path: string): string {
  return `${path} of ${name} ${version}`
}

function installRequest(command: Extract<Command, { kind: 'install' }>, artifacts: Artifacts) {
  const versions = new Map(command.packages.map(({ name, version }) => [name, version]))
  const artifactOf = (name: PackageName) => artifacts.get(`${name} ${versions.get(name)}`)
  return { names: [...versions.keys()].map(parsePackageName), artifactOf }
}

async function carryOut(command: Command, { root }: Scratch, artifacts: Artifacts): Promise<void> {
  const { context } = testContext()
  switch (command.kind) {
    case 'install': {
      const settings = { root, isForced: false, refusesConflicts: false, environment: {}, unpack: unpackHere }
      await installPackages(installRequest(command, artifacts), settings, context)
      return
    }
    case 'remove':
      await removePackages(command.names.map(parsePackageName), { root, isForced: false, environment: {} }, context)
      return
    case 'swap': {
      const swap = { package: parsePackageName(command.name), path: textTreePath(command.path) }
      const { failure } = await swapAlternatives([swap], root)
      if (failure !== undefined) throw failure
      return
    }
    default:
      await revertTransactions(planReverting({ kind: command.kind }, root, false), root, context)
  }
}

async function previewCommand(command: Command, at: Scratch, artifacts: Artifacts): Promise<PreviewedChange[]> {
  const { root } = at
  switch (command.kind) {
    case 'install': {
      const directory = fs.mkdtempSync(join(at.directory, 'preview-'))
      const settings = {
        root,
        isForced: false,
        refusesConflicts: false,
        environment: {},
        unpack: unpackHere,
        directory,
      }
      return await previewInstallation(installRequest(command, artifacts), settings, testContext().context)
    }
    case 'remove':
      return await previewRemoval(command.names.map(parsePackageName), { root, isForced: false })
    case 'swap':
      return previewSwaps([{ package: parsePackageName(command.name), path: textTreePath(command.path) }], root)
    default: {
      const planned = planReverting({ kind: command.kind }, root, false)
      return previewTransaction(planned.transaction, { root, views: savedViews(planned, root) })
    }
  }
}

async function attempt<Result>(call: () => Promise<Result>): Promise<Result | KithError> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof KithError) return error
    throw error
  }
}

/** Directories that are there for what kith keeps in them. */
function isAbove(path: string): boolean {
  return /^\/var(?:\/db(?:\/kiss)?)?\/?$/.test(path)
}

/** Paths of a root, directories with a slash, but for what kith keeps for itself. */
function show(root: string): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const { path, kind, mode } of walkTree(root)) {
    if (/\/\.kith(?:\/|$)/.test(path) || isAbove(path)) continue
    if (kind === 'directory') shown[`${path}/`] = mode.toString(8)
    else shown[path] = kind === 'file' ? fs.readFileSync(hostPath(root, path), 'latin1') : kind
  }
  return shown
}

function compare(before: Record<string, string>, after: Record<string, string>, where: string): void {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)])
  const different = [...paths].filter((path) => before[path] !== after[path])
  if (different.length > 0) throw new Error(`${where}: ${different.join(' ')}`)
}

/** What the dry run told is what happened, no more and no less. A file that is replaced by the same is no difference. */
function comparePreview(
  preview: readonly PreviewedChange[],
  before: Record<string, string>,
  after: Record<string, string>,
  where: string,
): void {
  const told = (...kinds: PreviewedChange['change'][]): string[] =>
    preview
      .filter(({ change }) => kinds.includes(change))
      .map(({ path }) => bytesText(path))
      .filter((path) => !isAbove(path))
      .sort()
  const isTold = (kind: PreviewedChange['change'], happened: readonly string[]): void => {
    const [expected, found] = [told(kind).join(' '), [...happened].sort().join(' ')]
    if (expected !== found) {
      const only = (one: string, other: string) => one.split(' ').filter((path) => !other.split(' ').includes(path))
      const [untrue, untold] = [only(expected, found), only(found, expected)]
      throw new Error(`${where}: the dry run says ${kind}, and it is not: ${untrue}; it is, and is not said: ${untold}`)
    }
  }
  isTold(
    'new',
    Object.keys(after).filter((path) => !(path in before)),
  )
  isTold(
    'removed',
    Object.keys(before).filter((path) => !(path in after)),
  )
  const replaced = Object.keys(after).filter((path) => path in before && before[path] !== after[path])
  const untold = replaced.filter((path) => !told('replaced', 'mode').includes(path))
  if (untold.length > 0) throw new Error(`${where}: replaced and not told: ${untold.join(' ')}`)
}

/** Files, database and model say the same. */
async function checkRoot(root: string, model: Model, world: readonly KnownPackage[], where: string): Promise<void> {
  const installed = loadInstalled(root)
  const versions = Object.fromEntries([...installed].map(([name, { version }]) => [name, version?.version]))
  compare(Object.fromEntries(model.installed), versions as Record<string, string>, `${where}: installed`)
  const files = filesOf(model, world)
  const expected = Object.fromEntries(
    files.map(({ name, path, isChoice }) => {
      const place = isChoice ? `/var/db/kiss/choices/${name}${path.replaceAll('/', '>')}` : path
      return [place, contentOf(name, model.installed.get(name) ?? '', path)]
    }),
  )
  const found = Object.fromEntries(
    Object.entries(show(root)).filter(([path]) => !path.endsWith('/') && !path.startsWith('/var/db/kiss/installed/')),
  )
  compare(expected, found, `${where}: files`)
  const choices = Object.fromEntries(listChoices(root).map(({ package: name, path }) => [`${name} ${path}`, '']))
  const wanted = Object.fromEntries(
    files.filter(({ isChoice }) => isChoice).map(({ name, path }) => [`${name} ${path}`, '']),
  )
  compare(wanted, choices, `${where}: choices`)
  for (const { package: name, path } of listPreferred(root))
    if (model.owners.get(path) !== name) throw new Error(`${where}: ${name} is said to have ${path}`)
  await checkManifests(root, where)
}

/** Every path of a manifest is there, every one that is there is in a manifest, and all are what was recorded. */
async function checkManifests(root: string, where: string): Promise<void> {
  const tree = diskTree(root)
  const listed = new Set<string>()
  for (const { entry } of loadInstalled(root).values())
    for (const { path, isDirectory } of readManifest(tree, entry)) listed.add(isDirectory ? `${path}/` : path)
  const present = new Set(Object.keys(show(root)))
  const missing = [...listed].filter((path) => !present.has(path) && !isAbove(path))
  // A swap puts a package's file there and, as KISS has it, does not list the directory.
  const foreign = [...present].filter((path) => !listed.has(path) && path !== '/var/db/kiss/choices/')
  if (missing.length + foreign.length > 0)
    throw new Error(
      `${where}: listed and missing: ${missing.join(' ')}; there and listed nowhere: ${foreign.join(' ')}`,
    )
  const { paths, extra, withoutSums } = await verifyPackages(root, { isFull: true })
  if (paths.length + extra.length + withoutSums.length > 0)
    throw new Error(`${where}: verify finds ${JSON.stringify({ paths, extra, withoutSums })}`)
}
